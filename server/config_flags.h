#ifndef GCJOBS_SERVER_CONFIG_FLAGS_H_
#define GCJOBS_SERVER_CONFIG_FLAGS_H_

#include <CLI/CLI.hpp>

#include <string>

#include "absl/status/status.h"

#include "server/config.h"
#include "server/org_config.h"

namespace gcjobs {

// gcjobsd's flags, bound to a config. The config file sets them too, by their
// names. Stays where it is: CLI11 keeps pointers into it.
class ConfigFlags {
 public:
  ConfigFlags();
  ConfigFlags(const ConfigFlags&) = delete;
  ConfigFlags& operator=(const ConfigFlags&) = delete;

  CLI::App& app() { return app_; }
  const std::string& config_file() const { return config_file_; }

  // The organisation that is described by flags.
  OrgValues& org() { return org_; }

  // What the flags say; complete after Convert.
  ServerConfig& config() { return config_; }

  // Reads the values that are given as text, such as durations, and checks what
  // flags demand of each other. INVALID_ARGUMENT names the flag.
  absl::Status Convert();

 private:
  CLI::Option* Text(const char* flag, std::string* target, const char* help, const char* group);
  void AddServerFlags();
  void AddAccessFlags();
  void AddJobFlags();
  void AddLimitFlags();
  void AddOrgFlags();
  absl::Status ConvertDurations();
  absl::Status CheckTls() const;

  CLI::App app_;
  ServerConfig config_;
  OrgValues org_;
  std::string config_file_;
  std::string log_level_ = "info";
  std::string log_format_ = "text";
  std::string action_mode_ = "async";
  std::string query_endpoint_ = "query";
  std::string default_wait_ = "2s";
  std::string default_retention_ = "168h";
  std::string event_window_ = "24h";
  std::string drain_timeout_ = "10s";
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_CONFIG_FLAGS_H_
