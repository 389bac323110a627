#ifndef GCJOBS_TESTS_BENCH_SCHEDULER_POLL_PLOT_H_
#define GCJOBS_TESTS_BENCH_SCHEDULER_POLL_PLOT_H_

#include <string>
#include <vector>

namespace gcjobs::bench {

struct PlotPoint {
  double polls = 0;  // per job
  double lag = 0;    // mean, in seconds
};

// One law's picture: the bound as a line, what was measured as marks.
struct PlotPanel {
  std::string title;
  std::vector<PlotPoint> bound;
  struct Marks {
    std::string name;
    std::vector<PlotPoint> points;
  };
  std::vector<Marks> marks;  // in all panels the same names, in the same order
};

// An SVG picture: the panels in two columns, polls per job across and lag
// upwards, both logarithmic, with one legend for all.
std::string PlotSvg(const std::vector<PlotPanel>& panels);

}  // namespace gcjobs::bench

#endif  // GCJOBS_TESTS_BENCH_SCHEDULER_POLL_PLOT_H_
