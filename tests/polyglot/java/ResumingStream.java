import gcjobs.v1.JobEvent;
import gcjobs.v1.JobFilter;
import gcjobs.v1.JobServiceGrpc.JobServiceBlockingStub;
import gcjobs.v1.ReadResultsRequest;
import gcjobs.v1.ResultPage;
import gcjobs.v1.WatchJobRequest;
import gcjobs.v1.WatchJobsRequest;
import gcjobs.v1.WatchJobsResponse;
import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.Iterator;
import java.util.Set;
import java.util.function.Function;

/**
 * A stream that outlives broken connections and restarts of the server: it is opened again after
 * the last message's position whenever it breaks, and from the start when the server no longer has
 * what follows. For one thread; close it to end it early.
 *
 * @param <M> its messages
 * @param <P> what it resumes from: a revision, or a cursor
 */
final class ResumingStream<M, P> implements Iterator<M>, AutoCloseable {
  private static final Duration FIRST_DELAY = Duration.ofMillis(100);
  private static final Duration LONGEST_DELAY = Duration.ofSeconds(5);

  // What passes by itself: the server restarts or drains, this reader was too slow, or there was
  // too much to do.
  private static final Set<Status.Code> TRANSIENT =
      Set.of(
          Status.Code.UNAVAILABLE,
          Status.Code.CANCELLED,
          Status.Code.RESOURCE_EXHAUSTED,
          Status.Code.DEADLINE_EXCEEDED);

  private final Function<P, Iterator<M>> open;
  private final Function<M, P> positionOf;
  private final P start;
  private P position;
  private Duration delay = FIRST_DELAY;
  private Context.CancellableContext context;
  private Iterator<M> stream; // null: to be opened

  private ResumingStream(
      Function<P, Iterator<M>> open, Function<M, P> positionOf, P position, P start) {
    this.open = open;
    this.positionOf = positionOf;
    this.position = position;
    this.start = start;
  }

  /** All events of one job after `revision`; ends after the terminal one. */
  static ResumingStream<JobEvent, Long> watchJob(
      JobServiceBlockingStub jobs, String jobId, long revision) {
    WatchJobRequest.Builder request = WatchJobRequest.newBuilder().setJobId(jobId);
    return new ResumingStream<>(
        after -> jobs.watchJob(request.setAfterRevision(after).build()),
        JobEvent::getRevision,
        revision,
        0L);
  }

  /**
   * Batches of events of all jobs that match, after `revision`; never ends by itself. Where the
   * server has forgotten what came next, it starts over with SNAPSHOT events of what matches now
   * and a BOOKMARK behind them.
   */
  static ResumingStream<WatchJobsResponse, Long> watchJobs(
      JobServiceBlockingStub jobs, JobFilter filter, long revision) {
    WatchJobsRequest.Builder request = WatchJobsRequest.newBuilder().setFilter(filter);
    return new ResumingStream<>(
        after -> jobs.watchJobs(request.setAfterRevision(after).build()),
        WatchJobsResponse::getRevision,
        revision,
        0L);
  }

  /** The result pages of a finished job after `cursor`; ends after the last one. */
  static ResumingStream<ResultPage, String> readResults(
      JobServiceBlockingStub jobs, String jobId, String cursor) {
    ReadResultsRequest.Builder request = ReadResultsRequest.newBuilder().setJobId(jobId);
    return new ResumingStream<>(
        after -> jobs.readResults(request.setCursor(after).build()),
        ResultPage::getNextCursor,
        cursor,
        "");
  }

  @Override
  public boolean hasNext() {
    while (true) {
      try {
        if (stream == null) {
          context = Context.current().withCancellation();
          stream = context.call(() -> open.apply(position));
        }
        return stream.hasNext();
      } catch (StatusRuntimeException error) {
        close();
        recover(error);
      } catch (Exception error) { // context.call() declares it
        throw new IllegalStateException(error);
      }
    }
  }

  @Override
  public M next() {
    hasNext();
    M message = stream.next();
    position = positionOf.apply(message);
    delay = FIRST_DELAY;
    return message;
  }

  @Override
  public void close() {
    if (context != null) context.cancel(null);
    stream = null;
  }

  // Prepares for the next attempt, or throws what does not pass by itself.
  private void recover(StatusRuntimeException error) {
    System.err.printf("stream broken after '%s': %s%n", position, error.getMessage());
    Status.Code code = error.getStatus().getCode();
    if (code == Status.Code.OUT_OF_RANGE && !position.equals(start)) {
      position = start;
      return;
    }
    if (!TRANSIENT.contains(code)) throw error;
    Duration asked = ErrorDetails.of(error).retryDelay().orElse(Duration.ZERO);
    sleep(asked.compareTo(delay) > 0 ? asked : delay);
    delay = delay.multipliedBy(2);
    if (delay.compareTo(LONGEST_DELAY) > 0) delay = LONGEST_DELAY;
  }

  private static void sleep(Duration duration) {
    try {
      Thread.sleep(duration.toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw Status.CANCELLED.withCause(e).asRuntimeException();
    }
  }
}
