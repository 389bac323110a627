#ifndef GCJOBS_COMMON_TASK_H_
#define GCJOBS_COMMON_TASK_H_

#include <coroutine>
#include <cstddef>
#include <cstdlib>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include "absl/functional/any_invocable.h"

#include "common/frame_pool.h"

namespace gcjobs {

// A story is a chain of waits told from top to bottom: a coroutine on one
// thread, that of the loop. It is a Task that others await, or one that Spawn
// or Story starts. docs/decisions/0007 has the rules for writing one.
//
// How stories end:
// 1. By returning. The frame and all that its locals own are then gone.
// 2. When the callback that a story waits for is destroyed without having been
//    run: nobody will ever answer, so the whole story is destroyed, from the
//    innermost frame outwards, and its locals give back what they own (permits,
//    slots, locks, calls).
// 3. When the Story object that owns it goes. A callback that is run later then
//    does nothing. If the story is running just then (its own code made the
//    owner go), it goes on to its next wait and ends there.
//
// Nothing here has a lock: start, resume and destroy a story on one thread. The
// callback that it waits for may travel through other threads meanwhile.

class Story;

namespace task_internal {

// What all frames of a story share; lives in the outermost.
struct Root {
  std::coroutine_handle<> frame;
  Story* owner = nullptr;     // null: nobody owns it
  bool is_running = true;     // between being resumed and its next wait
  bool is_abandoned = false;  // the owner went while it was running
};

// Where frames are made.
struct FrameMemory {
  static void* operator new(size_t size) { return NewFrame(size); }
  static void operator delete(void* frame, size_t size) { DeleteFrame(frame, size); }
};

struct PromiseBase : FrameMemory {
  // Symmetric transfer to who awaits this frame: a long chain of tasks that do
  // not wait needs no stack.
  struct ResumeCaller {
    bool await_ready() noexcept { return false; }
    template <typename Promise>
    std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> done) noexcept {
      return done.promise().caller;
    }
    void await_resume() noexcept {}
  };

  std::suspend_always initial_suspend() noexcept { return {}; }
  ResumeCaller final_suspend() noexcept { return {}; }
  void unhandled_exception() { std::abort(); }  // nothing of ours throws

  Root* root = nullptr;
  std::coroutine_handle<> caller;
};

template <typename T>
struct Promise : PromiseBase {
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  template <typename U>
  void return_value(U&& result) {
    value.emplace(std::forward<U>(result));
  }
  T Take() { return *std::move(value); }

  std::optional<T> value;
};

template <>
struct Promise<void> : PromiseBase {
  std::coroutine_handle<Promise> get_return_object() {
    return std::coroutine_handle<Promise>::from_promise(*this);
  }
  void return_void() {}
  void Take() {}
};

}  // namespace task_internal

// A step of a story. It runs when it is awaited, once, and is owned by whoever
// holds it. Discarding one that was not awaited runs nothing.
template <typename T = void>
class [[nodiscard]] Task {
 public:
  using promise_type = task_internal::Promise<T>;

  Task(std::coroutine_handle<promise_type> frame) : frame_(frame) {}  // NOLINT: the compiler's
  Task(Task&& other) noexcept : frame_(std::exchange(other.frame_, nullptr)) {}
  Task& operator=(Task&&) = delete;
  ~Task() {
    if (frame_) frame_.destroy();
  }

  bool await_ready() const { return false; }
  template <typename Promise>
  std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> caller) {
    frame_.promise().root = caller.promise().root;
    frame_.promise().caller = caller;
    return frame_;
  }
  T await_resume() { return frame_.promise().Take(); }

 private:
  std::coroutine_handle<promise_type> frame_;
};

// Owns a story that was started: when this goes, the story ends (see 3. above).
// Movable; empty when default constructed, and once the story has ended.
class Story {
 public:
  Story() = default;
  // Runs `task` up to its first wait, within the constructor.
  explicit Story(Task<> task);
  Story(Story&& other) noexcept { *this = std::move(other); }
  Story& operator=(Story&& other) noexcept {
    if (this == &other) return *this;
    End();
    root_ = std::exchange(other.root_, nullptr);
    if (root_ != nullptr) root_->owner = this;
    return *this;
  }
  ~Story() { End(); }

  bool is_over() const { return root_ == nullptr; }
  // Ends the story now, as the destructor does.
  void End();

 private:
  friend struct StoryFrame;

  task_internal::Root* root_ = nullptr;
};

// The outermost frame.
struct StoryFrame {
  struct promise_type : task_internal::FrameMemory {
    StoryFrame get_return_object() {
      state.frame = std::coroutine_handle<promise_type>::from_promise(*this);
      return {&state};
    }
    ~promise_type() { EmptyOwner(&state); }
    // Ends the frame by its handle: when clang 14 optimises, a frame that runs off
    // its end does not run this destructor (TaskTest shows it).
    struct End {
      bool await_ready() noexcept { return false; }
      void await_suspend(std::coroutine_handle<promise_type> frame) noexcept { frame.destroy(); }
      void await_resume() noexcept {}
    };
    std::suspend_always initial_suspend() noexcept { return {}; }
    End final_suspend() noexcept { return {}; }
    void return_void() {}
    void unhandled_exception() { std::abort(); }

    task_internal::Root state;
    task_internal::Root* root = &state;
  };

  static void EmptyOwner(task_internal::Root* ended) {
    if (ended->owner != nullptr) ended->owner->root_ = nullptr;
  }

  task_internal::Root* root;
};

inline StoryFrame RunStory(Task<> task) { co_await std::move(task); }

// Starts a story that nobody owns: it runs up to its first wait at once, and
// ends as 1. and 2. above say.
inline void Spawn(Task<> task) { RunStory(std::move(task)).root->frame.resume(); }

// The same for who is no story: runs `done` with what the task came to.
template <typename T>
void Spawn(Task<T> task, absl::AnyInvocable<void(T)> done) {
  Spawn([](Task<T> awaited, absl::AnyInvocable<void(T)> on_result) -> Task<> {
    T result = co_await std::move(awaited);
    on_result(std::move(result));
  }(std::move(task), std::move(done)));
}

inline Story::Story(Task<> task) : root_(RunStory(std::move(task)).root) {
  root_->owner = this;
  root_->frame.resume();
}

inline void Story::End() {
  task_internal::Root* const root = std::exchange(root_, nullptr);
  if (root == nullptr) return;
  root->owner = nullptr;
  if (root->is_running) {
    root->is_abandoned = true;
  } else {
    root->frame.destroy();
  }
}

// Awaits an API that takes a callback:
//
//   absl::Status granted = co_await Callback<absl::Status>(
//       [&](auto done) { permits->Acquire(kPoll, std::move(done)); });
//
// The function is called at once with the callback, which may be run before the
// function returns, later, or never (then the story ends, see 2. above); not
// more than once. It must not use what it captured by reference after it has
// handed the callback on: the story may be over by then.
template <typename T>
class [[nodiscard]] Callback {
 public:
  using Done = absl::AnyInvocable<void(T)>;
  using Start = absl::AnyInvocable<void(Done) &&>;

  explicit Callback(Start start) : start_(std::move(start)) {}
  Callback(Callback&&) = delete;
  ~Callback() {
    if (link_ != nullptr) link_->waiting = nullptr;
  }

  bool await_ready() const { return false; }
  template <typename Promise>
  void await_suspend(std::coroutine_handle<Promise> waiting) {
    task_internal::Root* const root = waiting.promise().root;
    root->is_running = false;
    if (root->is_abandoned) return root->frame.destroy();
    link_ = std::make_shared<Link>(Link{this, root, waiting});
    Start start = std::move(start_);  // `this` may be gone before it returns
    std::move(start)([guard = Guard(link_)](T value) mutable { guard.Run(std::move(value)); });
  }
  T await_resume() { return *std::move(value_); }

 private:
  // Between the waiting frame and the callback, either of which may go first.
  struct Link {
    Callback* waiting;  // null: nobody waits any more
    task_internal::Root* root;
    std::coroutine_handle<> frame;
  };

  // In the callback; runs the story on, or destroys it.
  class Guard {
   public:
    explicit Guard(std::shared_ptr<Link> link) : link_(std::move(link)) {}
    Guard(Guard&&) noexcept = default;
    Guard& operator=(Guard&&) = delete;
    ~Guard() {
      if (link_ != nullptr && link_->waiting != nullptr) link_->root->frame.destroy();
    }
    void Run(T value) {
      const std::shared_ptr<Link> link = std::move(link_);
      if (link == nullptr || link->waiting == nullptr) return;
      std::exchange(link->waiting, nullptr)->Resume(link, std::move(value));
    }

   private:
    std::shared_ptr<Link> link_;
  };

  void Resume(const std::shared_ptr<Link>& link, T value) {
    value_.emplace(std::move(value));
    link_ = nullptr;
    link->root->is_running = true;
    link->frame.resume();
  }

  Start start_;
  std::shared_ptr<Link> link_;  // null while nothing is awaited
  std::optional<T> value_;
};

}  // namespace gcjobs

#endif  // GCJOBS_COMMON_TASK_H_
