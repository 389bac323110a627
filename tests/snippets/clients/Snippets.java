import gcjobs.v1.GetJobRequest;
import gcjobs.v1.Job;
import gcjobs.v1.JobEvent;
import gcjobs.v1.JobServiceGrpc;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;

/** java Snippets SERVER JOB QUERY_JOB */
final class Snippets {
  public static void main(String[] args) throws Exception {
    var channel = ManagedChannelBuilder.forTarget(args[0]).usePlaintext().build();
    var jobs = JobServiceGrpc.newBlockingStub(channel);
    Job job = jobs.getJob(GetJobRequest.newBuilder().setJobId(args[1]).build());
    @Resume@
    try {
      jobs.getJob(GetJobRequest.newBuilder().setJobId("nobody").build());
    @Errors@
    channel.shutdownNow();
  }
}
