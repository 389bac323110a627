import com.google.protobuf.Any;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.util.Durations;
import com.google.rpc.ErrorInfo;
import com.google.rpc.LocalizedMessage;
import com.google.rpc.RetryInfo;
import com.google.rpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.protobuf.StatusProto;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/**
 * What the server said about an error; the remedy tells a person why it happens and what to do.
 * Without a reason when a proxy or the network made it; without a delay when asking again does not
 * help.
 */
record ErrorDetails(
    String reason,
    String domain,
    Map<String, String> metadata,
    String remedy,
    Optional<Duration> retryDelay) {

  /** The ErrorInfo, LocalizedMessage and RetryInfo of an error. */
  static ErrorDetails of(StatusRuntimeException error) {
    ErrorInfo info = ErrorInfo.getDefaultInstance();
    String remedy = "";
    Optional<Duration> retryDelay = Optional.empty();
    Status status = StatusProto.fromThrowable(error);
    try {
      for (Any detail : status.getDetailsList()) {
        if (detail.is(ErrorInfo.class)) {
          info = detail.unpack(ErrorInfo.class);
        } else if (detail.is(LocalizedMessage.class)) {
          remedy = detail.unpack(LocalizedMessage.class).getMessage();
        } else if (detail.is(RetryInfo.class)) {
          long millis = Durations.toMillis(detail.unpack(RetryInfo.class).getRetryDelay());
          retryDelay = Optional.of(Duration.ofMillis(millis));
        }
      }
    } catch (InvalidProtocolBufferException e) {
      error.addSuppressed(e);
    }
    return new ErrorDetails(
        info.getReason(), info.getDomain(), info.getMetadataMap(), remedy, retryDelay);
  }
}
