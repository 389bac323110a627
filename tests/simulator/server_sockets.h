#ifndef GCJOBS_TESTS_SIMULATOR_SERVER_SOCKETS_H_
#define GCJOBS_TESTS_SIMULATOR_SERVER_SOCKETS_H_

namespace gcjobs::sim {

// The HTTP library keeps its accepted sockets to itself and offers no way to
// close one without an answer. These functions find them among the process's
// open files (/proc/self/fd: Linux only) by the ports at their two ends.

// Resets the TCP connection between these ports of this machine or another, at
// once: the peer sees ECONNRESET and not one byte more. The library's own
// writes to it fail from then on. REQUIRES: the connection is being served by
// the calling thread, so that nobody closes it meanwhile. False: not found.
bool ResetConnection(int local_port, int remote_port);

// Ends all accepted connections of this local port, so that threads which wait
// for the next request on them return. For stopping.
void ShutDownConnections(int local_port);

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_SERVER_SOCKETS_H_
