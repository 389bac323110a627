import com.google.gson.JsonParser;
import com.google.protobuf.util.Durations;
import gcjobs.v1.ActionServiceGrpc;
import gcjobs.v1.ActionServiceGrpc.ActionServiceBlockingStub;
import gcjobs.v1.ActionTimeout;
import gcjobs.v1.EventType;
import gcjobs.v1.Job;
import gcjobs.v1.JobEvent;
import gcjobs.v1.JobFilter;
import gcjobs.v1.JobServiceGrpc;
import gcjobs.v1.JobServiceGrpc.JobServiceBlockingStub;
import gcjobs.v1.QueryEndpoint;
import gcjobs.v1.ResultPage;
import gcjobs.v1.SubmitActionRequest;
import gcjobs.v1.SubmitConversationQueryRequest;
import gcjobs.v1.SubmitOptions;
import gcjobs.v1.UpdateActionTimeoutRequest;
import gcjobs.v1.WatchJobsResponse;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/**
 * Runs a data action and a conversation query through gcjobs.
 *
 * <pre>
 * java Example SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
 * java Example 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}' \
 *     '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'
 * </pre>
 */
final class Example {
  private static final Map<String, String> LABELS = Map.of("program", "example");

  private final JobServiceBlockingStub jobs;
  private final ActionServiceBlockingStub actions;

  private Example(ManagedChannel channel) {
    jobs = JobServiceGrpc.newBlockingStub(channel);
    actions = ActionServiceGrpc.newBlockingStub(channel);
  }

  public static void main(String[] args) throws InterruptedException {
    ManagedChannel channel =
        ManagedChannelBuilder.forTarget(args[0])
            .usePlaintext()
            .keepAliveTime(30, TimeUnit.SECONDS) // notice a server that is gone without a word
            .build();
    Example example = new Example(channel);
    example.raiseTimeout(args[1], 90);
    example.raiseTimeout(args[1], 10);
    example.runAction(args[1], args[2]);
    example.runQuery(args[3]);
    example.catchUp(1);
    channel.shutdownNow().awaitTermination(5, TimeUnit.SECONDS);
  }

  /** Tries again as long as the server says when. */
  private void raiseTimeout(String actionId, long seconds) throws InterruptedException {
    UpdateActionTimeoutRequest request =
        UpdateActionTimeoutRequest.newBuilder()
            .setActionId(actionId)
            .setTimeout(Durations.fromSeconds(seconds))
            .build();
    while (true) {
      try {
        ActionTimeout limit =
            actions.withDeadlineAfter(30, TimeUnit.SECONDS).updateActionTimeout(request);
        System.out.printf(
            "timeout: %d s -> %d s, %s%n",
            limit.getPreviousTimeout().getSeconds(),
            limit.getTimeout().getSeconds(),
            limit.getVerified() ? "verified" : "not verified");
        return;
      } catch (StatusRuntimeException error) {
        ErrorDetails details = ErrorDetails.of(error);
        System.out.printf(
            "refused: %s %s of %s%n",
            error.getStatus().getCode(), details.reason(), details.domain());
        System.out.printf("remedy: %s%n", details.remedy());
        if (details.retryDelay().isEmpty()) return;
        long millis = details.retryDelay().get().toMillis();
        System.out.printf("retry in %d ms%n", millis);
        Thread.sleep(millis);
      }
    }
  }

  private void runAction(String actionId, String parametersJson) {
    Job job =
        jobs.withDeadlineAfter(30, TimeUnit.SECONDS)
            .submitAction(
                SubmitActionRequest.newBuilder()
                    .setActionId(actionId)
                    .setParametersJson(parametersJson)
                    .setOptions(submitOptions())
                    .build());
    System.out.println("action: submitted");
    try (var events = ResumingStream.watchJob(jobs, job.getId(), 0)) {
      while (events.hasNext()) {
        JobEvent event = events.next();
        if (event.getType() != EventType.EVENT_TYPE_TRANSITION) continue;
        System.out.printf("action: %d %s%n", event.getSequence(), stateOf(event.getJob()));
        String result = event.getJob().getResultJson();
        if (!result.isEmpty()) System.out.println("result: " + result);
      }
    }
  }

  private void runQuery(String queryJson) {
    Job job =
        jobs.withDeadlineAfter(30, TimeUnit.SECONDS)
            .submitConversationQuery(
                SubmitConversationQueryRequest.newBuilder()
                    .setQueryJson(queryJson)
                    .setEndpoint(QueryEndpoint.QUERY_ENDPOINT_JOBS)
                    .setOptions(submitOptions())
                    .build());
    System.out.println("query: submitted");
    try (var events = ResumingStream.watchJob(jobs, job.getId(), 0)) {
      while (events.hasNext()) {
        Job now = events.next().getJob();
        if (now.hasEndTime()) System.out.println("query: " + stateOf(now));
      }
    }
    int items = 0;
    try (var pages = ResumingStream.readResults(jobs, job.getId(), "")) {
      while (pages.hasNext()) {
        ResultPage page = pages.next();
        items += JsonParser.parseString(page.getItemsJson()).getAsJsonArray().size();
        System.out.printf("page %d: %d items%n", page.getPageNumber(), page.getItemCount());
      }
    }
    System.out.printf("results: %d items%n", items);
  }

  /**
   * What a program does that stored a revision, and comes back when the server has long forgotten
   * it.
   */
  private void catchUp(long revision) {
    JobFilter filter = JobFilter.newBuilder().putAllLabels(LABELS).build();
    try (var batches = ResumingStream.watchJobs(jobs, filter, revision)) {
      while (batches.hasNext()) {
        WatchJobsResponse batch = batches.next();
        for (JobEvent event : batch.getEventsList()) {
          if (event.getType() == EventType.EVENT_TYPE_BOOKMARK) return;
          System.out.printf(
              "%s: %s %s%n",
              event.getType().name().replace("EVENT_TYPE_", ""),
              event.getJob().getKind(),
              stateOf(event.getJob()));
        }
      }
    }
  }

  /**
   * The labels find both jobs again; with a request id a submission may be repeated, and still
   * makes one job.
   */
  private static SubmitOptions submitOptions() {
    return SubmitOptions.newBuilder()
        .setRequestId(UUID.randomUUID().toString())
        .putAllLabels(LABELS)
        .build();
  }

  private static String stateOf(Job job) {
    return job.getState().name().replace("JOB_STATE_", "");
  }
}
