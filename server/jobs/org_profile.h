#ifndef GCJOBS_SERVER_JOBS_ORG_PROFILE_H_
#define GCJOBS_SERVER_JOBS_ORG_PROFILE_H_

#include <atomic>
#include <optional>
#include <string>

#include "server/genesys/api_family.h"
#include "server/store/store.h"

namespace gcjobs {

// Which family of APIs an organisation's Genesys Cloud speaks: what the
// configuration says, or else what the first telling answer showed, which is kept
// in the store.
class OrgProfile {
 public:
  // `configured` unset: it is to be learned. `store` must outlive this.
  OrgProfile(std::string org, std::optional<ApiFamily> configured, Store* store);

  // Takes up what was learned before; may block. What cannot be read is logged,
  // and learned anew. Before anybody else uses this.
  void Load();

  // Unset as long as nothing is known. Any thread.
  std::optional<ApiFamily> family() const;

  // An answer that only this family gives. A receipt, which proves kGuides, counts
  // always; that work was done at once is believed where nothing is known, since
  // somebody in between may have answered. Loop thread.
  void Learn(ApiFamily seen);

 private:
  enum Known { kNothing, kGuides, kOfficial };

  const std::string org_;
  const std::string document_;
  const bool is_configured_;
  Store* const store_;
  std::atomic<Known> known_;
};

}  // namespace gcjobs

#endif  // GCJOBS_SERVER_JOBS_ORG_PROFILE_H_
