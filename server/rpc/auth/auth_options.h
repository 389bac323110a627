#ifndef GCJOBS_SERVER_RPC_AUTH_AUTH_OPTIONS_H_
#define GCJOBS_SERVER_RPC_AUTH_AUTH_OPTIONS_H_

#include <string>

namespace gcjobs {

// Who may call, and over what. All empty: anybody, in clear text.
struct AuthOptions {
  // PEM files of the server's certificate chain and key; both or neither. They
  // are read again while the server runs, see MakeServerCredentials.
  std::string tls_cert_file;
  std::string tls_key_file;

  // PEM file of the authorities whose client certificates are accepted. Set:
  // every client must show one, and is named by it. Needs TLS.
  std::string client_ca_file;

  // The bearer tokens, see TokenTable. Set: every call must carry one. Without
  // TLS only clients on this machine are then served.
  std::string token_file;

  bool tls() const { return !tls_cert_file.empty(); }
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_RPC_AUTH_AUTH_OPTIONS_H_
