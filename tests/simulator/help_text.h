#ifndef GCJOBS_TESTS_SIMULATOR_HELP_TEXT_H_
#define GCJOBS_TESTS_SIMULATOR_HELP_TEXT_H_

namespace gcjobs::sim {

// What --help says before and after the list of options.
extern const char kHelpDescription[];
extern const char kHelpFooter[];

}  // namespace gcjobs::sim

#endif  // GCJOBS_TESTS_SIMULATOR_HELP_TEXT_H_
