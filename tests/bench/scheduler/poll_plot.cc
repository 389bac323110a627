#include "tests/bench/scheduler/poll_plot.h"

#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace gcjobs::bench {
namespace {

constexpr double kPanelWidth = 400, kPanelHeight = 270;
constexpr double kLeft = 64, kTop = 44, kGapX = 76, kGapY = 84, kLegend = 64;
constexpr double kLeastPolls = 2, kMostPolls = 25;
constexpr double kLeastLag = 0.4, kMostLag = 25;

constexpr const char* kColours[] = {"#0b6e99", "#0b6e99", "#0b6e99",
                                    "#c0392b", "#d68910", "#7d3c98"};

// Where a panel is, and where values are in it.
struct Frame {
  double left, top;
  double X(double polls) const {
    return left + kPanelWidth * std::log(polls / kLeastPolls) / std::log(kMostPolls / kLeastPolls);
  }
  double Y(double lag) const {
    return top + kPanelHeight * std::log(kMostLag / lag) / std::log(kMostLag / kLeastLag);
  }
};

std::string Text(double x, double y, const char* style, const std::string& text) {
  return absl::StrFormat("<text x=\"%.1f\" y=\"%.1f\" %s>%s</text>\n", x, y, style, text);
}

std::string Line(double x1, double y1, double x2, double y2, const char* style) {
  return absl::StrFormat("<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" %s/>\n", x1, y1, x2,
                         y2, style);
}

// Ours are round (full, grey-filled, open), the pollers' have corners.
std::string Mark(size_t series, double x, double y) {
  const char* colour = kColours[series];
  static constexpr const char* kFills[] = {"#0b6e99", "#8fc7dd", "#ffffff"};
  if (series < 3) {
    return absl::StrFormat(
        "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"5\" fill=\"%s\" stroke=\"%s\" "
        "stroke-width=\"1.6\"/>\n",
        x, y, kFills[series], colour);
  }
  static constexpr const char* kShapes[] = {"M-5,-5h10v10h-10z", "M0,-6l6,11h-12z",
                                            "M0,-6.5l6,6.5l-6,6.5l-6,-6.5z"};
  return absl::StrFormat("<path transform=\"translate(%.1f %.1f)\" d=\"%s\" fill=\"%s\"/>\n", x, y,
                         kShapes[series - 3], colour);
}

std::string Axes(const Frame& frame, const std::string& title) {
  std::string svg =
      Text(frame.left, frame.top - 12, "font-weight=\"bold\" font-size=\"15\"", title);
  const double right = frame.left + kPanelWidth, bottom = frame.top + kPanelHeight;
  for (const double polls : {2, 3, 5, 10, 20}) {
    const double x = frame.X(polls);
    absl::StrAppend(&svg, Line(x, frame.top, x, bottom, "stroke=\"#e3e3e3\""),
                    Text(x, bottom + 18, "text-anchor=\"middle\"", absl::StrCat(polls)));
  }
  for (const double lag : {0.5, 1.0, 2.0, 5.0, 10.0, 20.0}) {
    const double y = frame.Y(lag);
    absl::StrAppend(&svg, Line(frame.left, y, right, y, "stroke=\"#e3e3e3\""),
                    Text(frame.left - 8, y + 4, "text-anchor=\"end\"", absl::StrCat(lag)));
  }
  absl::StrAppend(
      &svg, Text((frame.left + right) / 2, bottom + 38, "text-anchor=\"middle\"", "polls per job"),
      absl::StrFormat("<text transform=\"translate(%.1f %.1f) rotate(-90)\" "
                      "text-anchor=\"middle\">mean lag in s</text>\n",
                      frame.left - 42, (frame.top + bottom) / 2),
      absl::StrFormat("<rect x=\"%.1f\" y=\"%.1f\" width=\"%.1f\" height=\"%.1f\" fill=\"none\" "
                      "stroke=\"#555\"/>\n",
                      frame.left, frame.top, kPanelWidth, kPanelHeight));
  return svg;
}

bool IsInside(const PlotPoint& point) {
  return point.polls >= kLeastPolls && point.polls <= kMostPolls && point.lag >= kLeastLag &&
         point.lag <= kMostLag;
}

std::string Panel(const Frame& frame, const PlotPanel& panel) {
  std::string svg = Axes(frame, panel.title);
  std::string path;
  for (const PlotPoint& point : panel.bound) {
    if (!IsInside(point)) continue;
    absl::StrAppendFormat(&path, "%s%.1f,%.1f ", path.empty() ? "M" : "L", frame.X(point.polls),
                          frame.Y(point.lag));
  }
  absl::StrAppend(&svg, "<path d=\"", path,
                  "\" fill=\"none\" stroke=\"#222\" stroke-width=\"2\"/>\n");
  for (size_t series = panel.marks.size(); series-- > 0;) {
    for (const PlotPoint& point : panel.marks[series].points) {
      if (IsInside(point))
        absl::StrAppend(&svg, Mark(series, frame.X(point.polls), frame.Y(point.lag)));
    }
  }
  return svg;
}

std::string Legend(const std::vector<PlotPanel::Marks>& marks, double top) {
  std::string svg = Line(kLeft, top, kLeft + 24, top, "stroke=\"#222\" stroke-width=\"2\"");
  absl::StrAppend(&svg, Text(kLeft + 32, top + 4, "", "bound: the least possible"));
  for (size_t series = 0; series < marks.size(); ++series) {
    const size_t cell = series + 1;
    const double x = kLeft + 222 * static_cast<double>(cell % 4);
    const double y = top + 26 * static_cast<double>(cell / 4);
    absl::StrAppend(&svg, Mark(series, x + 12, y), Text(x + 32, y + 4, "", marks[series].name));
  }
  return svg;
}

}  // namespace

std::string PlotSvg(const std::vector<PlotPanel>& panels) {
  const double rows = std::ceil(static_cast<double>(panels.size()) / 2);
  const double width = kLeft + 2 * kPanelWidth + kGapX + 30;
  const double bottom = kTop + rows * (kPanelHeight + kGapY);
  std::string svg = absl::StrFormat(
      "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %.0f %.0f\" "
      "font-family=\"sans-serif\" font-size=\"13\" fill=\"#222\">\n"
      "<rect width=\"100%%\" height=\"100%%\" fill=\"#fff\"/>\n",
      width, bottom + kLegend);
  for (size_t i = 0; i < panels.size(); ++i) {
    const Frame frame{kLeft + static_cast<double>(i % 2) * (kPanelWidth + kGapX),
                      kTop + static_cast<double>(i / 2) * (kPanelHeight + kGapY)};
    absl::StrAppend(&svg, Panel(frame, panels[i]));
  }
  if (!panels.empty()) absl::StrAppend(&svg, Legend(panels[0].marks, bottom + 4));
  return svg + "</svg>\n";
}

}  // namespace gcjobs::bench
