#ifndef GCJOBS_SERVER_NET_CURL_HANDLE_H_
#define GCJOBS_SERVER_NET_CURL_HANDLE_H_

#include <curl/curl.h>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "server/net/http_transport.h"

namespace gcjobs {

struct CurlOptions {
  // PEM file of the certificate authorities to trust; empty = the system's.
  std::string ca_file;
  // URL of the proxy for all requests; empty = none. The environment's proxy
  // variables are never read.
  std::string proxy;
  // Connections to one host and port; further requests wait, within their own
  // time-out. Over HTTP/2 one connection carries many requests; over HTTP/1.1 a
  // direct action holds one for up to a minute, and Genesys Cloud runs 50 of
  // them at a time. Raising it costs sockets, here and there.
  int max_connections_per_host = 64;
  std::string user_agent = "gcjobs";
};

// A curl easy handle and what curl reads and writes while it carries out one
// request after another: the owner calls Prepare, lets curl run easy() in a
// multi handle, takes it out again, calls Finish or Abandon, and starts anew.
// A handle that was used before saves the cost of making one.
//
// Loop thread only. curl_global_init must have been called.
class CurlHandle {
 public:
  CurlHandle();
  ~CurlHandle();
  CurlHandle(const CurlHandle&) = delete;
  CurlHandle& operator=(const CurlHandle&) = delete;

  // Sets everything up for `request`, which the owner knows as `id`.
  // REQUIRES: Validate(request) is OK. An error means that curl is out of
  // memory or lacks a feature; then nothing has been sent.
  absl::Status Prepare(const CurlOptions& options, uint64_t id, HttpRequest request);

  // What became of the request, after curl has ended it with `code`.
  HttpResult Finish(CURLcode code);

  // What became of a request that was taken from curl before it had ended;
  // `why` becomes the error, with the request's description before it.
  HttpResult Abandon(const absl::Status& why);

  // The id of the request for which `easy` was prepared.
  static uint64_t IdOf(CURL* easy);

  CURL* easy() const { return easy_.get(); }

 private:
  struct FreeEasy {
    void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
  };
  struct FreeList {
    void operator()(curl_slist* list) const { curl_slist_free_all(list); }
  };

  static size_t OnHeader(char* line, size_t size, size_t count, void* self);
  static size_t OnBody(char* data, size_t size, size_t count, void* self);
  static int OnBeforeRequest(void* self, char* remote_ip, char* local_ip, int remote_port,
                             int local_port);

  void Clear();
  CURLcode SetWire(const CurlOptions& options);
  CURLcode SetSecurity(const CurlOptions& options);
  CURLcode SetRequest();
  CURLcode SetCallbacks();
  bool AddHeaders();
  bool AddHeader(const std::string& line);

  void ReserveBody();
  bool HasBody() const;
  bool MayBeRepeated() const;
  HttpResult Answered();
  HttpResult TooLarge();
  HttpResult Failed(absl::StatusCode code, absl::string_view problem) const;
  std::string Problem(CURLcode code) const;
  HttpResponse TakeResponse();

  // The request; curl points into it.
  uint64_t id_ = 0;
  HttpRequest request_;
  std::unique_ptr<curl_slist, FreeList> headers_;

  // What curl tells.
  bool head_complete_ = false;  // of the response that came last
  std::string body_;
  bool body_too_large_ = false;
  int attempts_ = 0;  // times that curl was about to write the request
  bool repeat_refused_ = false;
  char error_[CURL_ERROR_SIZE] = "";

  // Last, so that it goes first: it points at all of the above.
  const std::unique_ptr<CURL, FreeEasy> easy_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_NET_CURL_HANDLE_H_
