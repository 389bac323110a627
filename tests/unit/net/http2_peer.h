#ifndef GCJOBS_TESTS_UNIT_NET_HTTP2_PEER_H_
#define GCJOBS_TESTS_UNIT_NET_HTTP2_PEER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "tests/unit/net/scripted_server.h"

namespace gcjobs::testing {

// The server's end of one HTTP/2 connection (RFC 9113), as far as a test needs
// it: it tells requests apart by their streams, without decoding their headers.
class Http2Peer {
 public:
  using StreamId = uint32_t;

  // `connection` must outlive the peer.
  explicit Http2Peer(ServerConnection* connection) : connection_(connection) {}

  // Reads the client's preface and sends the settings.
  void Start();

  // Reads until a request is whole; 0 when the connection has ended.
  StreamId NextRequest();

  // Answers a request with an empty 200.
  void Answer(StreamId stream);

  // Tells that a request was not, and will not be, looked at.
  void Refuse(StreamId stream);

 private:
  void WriteFrame(uint8_t type, uint8_t flags, StreamId stream, absl::string_view payload);

  ServerConnection* const connection_;
};

}  // namespace gcjobs::testing

#endif  // GCJOBS_TESTS_UNIT_NET_HTTP2_PEER_H_
