#include "server/net/curl_handle.h"

#include <algorithm>
#include <limits>
#include <type_traits>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"

namespace gcjobs {
namespace {

// How long a connection serves new requests before it is replaced, so that a
// change of the host's addresses is followed.
constexpr absl::Duration kMaxConnectionAge = absl::Minutes(10);

// How long an idle connection is kept. Below the 60 seconds after which common
// load balancers close it: a request that meets that close is broken, and for a
// submission broken means an unknown outcome.
constexpr absl::Duration kMaxConnectionIdle = absl::Seconds(50);

// Parsers read some bytes at a time, beyond the end too, and need room there.
constexpr size_t kBodySlack = 64;

// Sets options one after the other and keeps the first failure.
class OptionSetter {
 public:
  explicit OptionSetter(CURL* easy) : easy_(easy) {}

  template <typename T>
  OptionSetter& Set(CURLoption option, T value) {
    // curl reads what the option's type says from a variable argument list.
    static_assert(!std::is_same_v<T, int> && !std::is_same_v<T, bool>, "curl wants a long");
    if (code_ == CURLE_OK) code_ = curl_easy_setopt(easy_, option, value);
    return *this;
  }

  CURLcode code() const { return code_; }

 private:
  CURL* const easy_;
  CURLcode code_ = CURLE_OK;
};

// At least one, since curl takes zero for its default.
long ToCurlMillis(absl::Duration duration) {
  constexpr int64_t kMax = std::numeric_limits<int>::max();
  return static_cast<long>(std::clamp<int64_t>(absl::ToInt64Milliseconds(duration), 1, kMax));
}

}  // namespace

CurlHandle::CurlHandle() : easy_(curl_easy_init()) {}

CurlHandle::~CurlHandle() = default;

absl::Status CurlHandle::Prepare(const CurlOptions& options, uint64_t id, HttpRequest request) {
  if (easy_ == nullptr) return absl::ResourceExhaustedError("curl_easy_init failed");
  Clear();
  id_ = id;
  request_ = std::move(request);
  if (!AddHeaders()) return absl::ResourceExhaustedError("curl_slist_append failed");

  CURLcode code = SetWire(options);
  if (code == CURLE_OK) code = SetSecurity(options);
  if (code == CURLE_OK) code = SetRequest();
  if (code == CURLE_OK) code = SetCallbacks();
  if (code == CURLE_OK) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(Describe(request_), ": ", curl_easy_strerror(code)));
}

HttpResult CurlHandle::Finish(CURLcode code) {
  HttpResult result;
  if (code == CURLE_OK) {
    result = Answered();
  } else if (body_too_large_) {
    result = TooLarge();
  } else if (code == CURLE_OPERATION_TIMEDOUT) {
    result = Failed(absl::StatusCode::kDeadlineExceeded, Problem(code));
  } else {
    result = Failed(absl::StatusCode::kUnavailable, Problem(code));
  }
  Clear();
  return result;
}

HttpResult CurlHandle::Abandon(const absl::Status& why) {
  HttpResult result = Failed(why.code(), why.message());
  Clear();
  return result;
}

uint64_t CurlHandle::IdOf(CURL* easy) {
  char* self = nullptr;  // curl's type for a private pointer
  curl_easy_getinfo(easy, CURLINFO_PRIVATE, &self);
  return reinterpret_cast<CurlHandle*>(self)->id_;
}

// Forgets the request, not the connection: those live in the multi handle.
void CurlHandle::Clear() {
  curl_easy_reset(easy_.get());
  headers_.reset();
  request_ = HttpRequest();
  head_complete_ = false;
  body_.clear();
  body_too_large_ = false;
  attempts_ = 0;
  repeat_refused_ = false;
  error_[0] = '\0';
}

CURLcode CurlHandle::SetWire(const CurlOptions& options) {
  OptionSetter setter(easy_.get());
  setter.Set(CURLOPT_NOSIGNAL, 1L)
      .Set(CURLOPT_PROTOCOLS_STR, "http,https")
      .Set(CURLOPT_FOLLOWLOCATION, 0L)
      // An empty name, not none: none would let the environment choose.
      .Set(CURLOPT_PROXY, options.proxy.c_str())
      .Set(CURLOPT_NOPROXY, "")
      .Set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L)
      .Set(CURLOPT_CONNECTTIMEOUT_MS, ToCurlMillis(request_.connect_timeout))
      .Set(CURLOPT_MAXLIFETIME_CONN, static_cast<long>(absl::ToInt64Seconds(kMaxConnectionAge)))
      .Set(CURLOPT_MAXAGE_CONN, static_cast<long>(absl::ToInt64Seconds(kMaxConnectionIdle)))
      .Set(CURLOPT_TCP_KEEPALIVE, 1L)
      // A request that is given up while its host name is looked up must not
      // make the loop wait for the resolver's thread.
      .Set(CURLOPT_QUICK_EXIT, 1L);
  // HTTP/2 is agreed upon in the TLS handshake, for which other requests to
  // that host may wait. Without TLS they would wait for the whole first answer.
  const bool is_tls = absl::StartsWithIgnoreCase(request_.url, "https:");
  if (is_tls && MayBeRepeated()) {
    setter.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_2TLS))
        .Set(CURLOPT_PIPEWAIT, 1L);
  } else {
    setter.Set(CURLOPT_HTTP_VERSION, static_cast<long>(CURL_HTTP_VERSION_1_1));
  }
  // What must not be repeated has a connection to itself (decision 4).
  if (is_tls && !MayBeRepeated()) {
    setter.Set(CURLOPT_FRESH_CONNECT, 1L).Set(CURLOPT_FORBID_REUSE, 1L);
  }
  return setter.code();
}

CURLcode CurlHandle::SetSecurity(const CurlOptions& options) {
  OptionSetter setter(easy_.get());
  setter.Set(CURLOPT_SSLVERSION, static_cast<long>(CURL_SSLVERSION_TLSv1_2))
      .Set(CURLOPT_SSL_VERIFYPEER, 1L)
      .Set(CURLOPT_SSL_VERIFYHOST, 2L)
      .Set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1L);
  if (!options.ca_file.empty()) {
    setter.Set(CURLOPT_CAINFO, options.ca_file.c_str())
        .Set(CURLOPT_PROXY_CAINFO, options.ca_file.c_str());
  }
  setter.Set(CURLOPT_USERAGENT, options.user_agent.c_str());
  return setter.code();
}

CURLcode CurlHandle::SetRequest() {
  OptionSetter setter(easy_.get());
  setter.Set(CURLOPT_URL, request_.url.c_str())
      .Set(CURLOPT_PATH_AS_IS, 1L)
      .Set(CURLOPT_HTTPHEADER, headers_.get())
      .Set(CURLOPT_ACCEPT_ENCODING, "");  // all that curl can decode
  if (HasBody()) {
    setter.Set(CURLOPT_POST, 1L)
        .Set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request_.body.size()))
        .Set(CURLOPT_POSTFIELDS, request_.body.data());
  } else if (request_.method == "HEAD") {
    setter.Set(CURLOPT_NOBODY, 1L);
  } else {
    setter.Set(CURLOPT_HTTPGET, 1L);
  }
  return setter.Set(CURLOPT_CUSTOMREQUEST, request_.method.c_str()).code();
}

CURLcode CurlHandle::SetCallbacks() {
  return OptionSetter(easy_.get())
      .Set(CURLOPT_PRIVATE, this)
      .Set(CURLOPT_ERRORBUFFER, &error_[0])
      .Set(CURLOPT_HEADERFUNCTION, &CurlHandle::OnHeader)
      .Set(CURLOPT_HEADERDATA, this)
      .Set(CURLOPT_WRITEFUNCTION, &CurlHandle::OnBody)
      .Set(CURLOPT_WRITEDATA, this)
      .Set(CURLOPT_PREREQFUNCTION, &CurlHandle::OnBeforeRequest)
      .Set(CURLOPT_PREREQDATA, this)
      .code();
}

bool CurlHandle::AddHeaders() {
  bool has_content_type = false;
  for (const auto& [name, value] : request_.headers) {
    has_content_type |= absl::EqualsIgnoreCase(name, "Content-Type");
    // `Name:` would take the header away; `Name;` sends it empty.
    if (!AddHeader(value.empty() ? absl::StrCat(name, ";") : absl::StrCat(name, ": ", value))) {
      return false;
    }
  }
  // curl would call any body a form, and ask before it sends a long one.
  if (HasBody() && !has_content_type && !AddHeader("Content-Type:")) return false;
  return AddHeader("Expect:");
}

bool CurlHandle::AddHeader(const std::string& line) {
  curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
  if (longer == nullptr) return false;
  headers_.release();  // now part of `longer`
  headers_.reset(longer);
  return true;
}

bool CurlHandle::HasBody() const {
  return !request_.body.empty() || request_.method == "POST" || request_.method == "PUT" ||
         request_.method == "PATCH";
}

bool CurlHandle::MayBeRepeated() const {
  return request_.method == "GET" || request_.method == "HEAD";
}

// Only to see where the head ends; curl keeps the headers for TakeResponse.
size_t CurlHandle::OnHeader(char* line, size_t size, size_t count, void* self) {
  const absl::string_view text(line, size * count);
  bool& complete = static_cast<CurlHandle*>(self)->head_complete_;
  if (absl::StartsWith(text, "HTTP/")) complete = false;
  if (text == "\r\n" || text == "\n") complete = true;
  return text.size();
}

// What a body needs is mostly announced; growing towards it by doubling would
// copy a large one once more.
void CurlHandle::ReserveBody() {
  curl_off_t announced = -1;
  curl_easy_getinfo(easy_.get(), CURLINFO_CONTENT_LENGTH_DOWNLOAD_T, &announced);
  const auto limit = static_cast<curl_off_t>(request_.max_body_bytes);
  if (announced > 0 && announced <= limit) body_.reserve(announced + kBodySlack);
}

size_t CurlHandle::OnBody(char* data, size_t size, size_t count, void* self) {
  auto* const handle = static_cast<CurlHandle*>(self);
  const size_t bytes = size * count;
  if (bytes > handle->request_.max_body_bytes - handle->body_.size()) {
    handle->body_too_large_ = true;
    return 0;  // not what was given: curl ends the transfer
  }
  if (handle->body_.empty()) handle->ReserveBody();
  handle->body_.append(data, bytes);
  return bytes;
}

// curl sends a request again, without a word, when a connection that was used
// before dies without an answer (Curl_retry_request in lib/transfer.c; no
// option turns it off: https://github.com/curl/curl/pull/18417). The server may
// have acted on the first copy. Every copy comes through here first, so here it
// is stopped, whatever the reason for the repetition and the HTTP version.
int CurlHandle::OnBeforeRequest(void* self, char*, char*, int, int) {
  auto* const handle = static_cast<CurlHandle*>(self);
  if (handle->attempts_ > 0 && !handle->MayBeRepeated()) {
    handle->repeat_refused_ = true;
    return CURL_PREREQFUNC_ABORT;
  }
  ++handle->attempts_;
  return CURL_PREREQFUNC_OK;
}

HttpResult CurlHandle::Answered() {
  HttpResponse response = TakeResponse();
  // curl 7.88 is content with a connection that is closed within the head.
  constexpr int kFirstFinalStatus = 200;
  if (!head_complete_ || response.status < kFirstFinalStatus) {
    return Failed(absl::StatusCode::kUnavailable, "the connection was closed within the answer");
  }
  HttpResult result;
  result.fate = HttpResult::Fate::kAnswered;
  result.response = std::move(response);
  result.response.body = std::move(body_);
  return result;
}

HttpResult CurlHandle::TooLarge() {
  HttpResult result =
      Failed(absl::StatusCode::kResourceExhausted,
             absl::StrCat("the answer is longer than ", request_.max_body_bytes, " bytes"));
  result.fate = HttpResult::Fate::kBodyTooLarge;
  result.response = TakeResponse();
  return result;
}

HttpResult CurlHandle::Failed(absl::StatusCode code, absl::string_view problem) const {
  HttpResult result;
  // Not read from curl's error code: a failure to connect is no proof when it
  // is the second attempt that failed.
  result.fate = attempts_ == 0 ? HttpResult::Fate::kNotSent : HttpResult::Fate::kBroken;
  result.error = absl::Status(code, absl::StrCat(Describe(request_), ": ", problem));
  result.timed_out = code == absl::StatusCode::kDeadlineExceeded;
  return result;
}

std::string CurlHandle::Problem(CURLcode code) const {
  if (repeat_refused_) return "the connection was lost before an answer came";
  return error_[0] != '\0' ? error_ : curl_easy_strerror(code);
}

HttpResponse CurlHandle::TakeResponse() {
  HttpResponse response;
  long status = 0;
  curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
  response.status = static_cast<int>(status);
  // Only the last response's own headers: neither those of interim responses
  // nor trailers.
  constexpr int kLastRequest = -1;
  curl_header* header = nullptr;
  while ((header = curl_easy_nextheader(easy_.get(), CURLH_HEADER, kLastRequest, header))) {
    response.headers.emplace_back(header->name, header->value);
  }
  return response;
}

}  // namespace gcjobs
