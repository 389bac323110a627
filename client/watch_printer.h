#ifndef GCJOBS_CLIENT_WATCH_PRINTER_H_
#define GCJOBS_CLIENT_WATCH_PRINTER_H_

#include <memory>
#include <string>

#include "client/cli_io.h"
#include "client/global_options.h"
#include "client/live_line.h"
#include "client/watch_session.h"

namespace gcjobs {

// Shows a watch: a JSON JobEvent a line with --output json (bookmarks
// included), else a line an event; each is flushed at once. With a live line
// the events appear above it, in short. Remarks about the connection go to
// stderr.
class WatchPrinter final : public WatchObserver {
 public:
  // What becomes of the events: kLine shows nothing but a live line, on stderr.
  enum class Events { kShow, kHide, kLine };

  // `io` and `options` must outlive it. `refresh`: for the live line of one
  // job on a terminal; null = no live line.
  WatchPrinter(const CliIo& io, const GlobalOptions& options, Events events,
               LiveLine::Refresh refresh);

  bool OnEvent(const v1::JobEvent& event) override;
  void OnConnectionLost(const absl::Status& why, int64_t revision) override;
  void OnConnectionRestored() override;
  void OnCompacted(int64_t revision) override;

  // Takes the live line away. No event may follow.
  void Close() { live_.reset(); }

 private:
  void Remark(const std::string& text);

  const CliIo& io_;
  const GlobalOptions& options_;
  const Events events_;
  std::unique_ptr<LiveLine> live_;  // null when there is none
};

}  // namespace gcjobs

#endif  // GCJOBS_CLIENT_WATCH_PRINTER_H_
