"""Streams that outlive broken connections and restarts of the server, and errors
in a form that a program can act on."""

import sys
import time
from dataclasses import dataclass, field

import grpc

from gcjobs.v1 import job_service_pb2
from google.rpc import error_details_pb2, status_pb2

FIRST_DELAY = 0.1  # seconds
LONGEST_DELAY = 5.0

# What passes by itself: the server restarts or drains, this reader was too slow,
# or there was too much to do.
TRANSIENT = {
    grpc.StatusCode.UNAVAILABLE,
    grpc.StatusCode.CANCELLED,
    grpc.StatusCode.RESOURCE_EXHAUSTED,
    grpc.StatusCode.DEADLINE_EXCEEDED,
}


@dataclass
class ErrorDetails:
    """What the server said about an error; empty when a proxy or the network
    made it."""

    reason: str = ""
    domain: str = ""
    metadata: dict = field(default_factory=dict)
    remedy: str = ""  # for a person: why it happens and what to do
    retry_delay: float | None = None  # seconds; None: asking again does not help


def error_details(error):
    """The ErrorInfo, LocalizedMessage and RetryInfo of a grpc.RpcError."""
    details = ErrorDetails()
    trailers = dict(error.trailing_metadata() or ())
    status = status_pb2.Status.FromString(trailers.get("grpc-status-details-bin", b""))
    info = error_details_pb2.ErrorInfo()
    localized = error_details_pb2.LocalizedMessage()
    retry = error_details_pb2.RetryInfo()
    for detail in status.details:
        if detail.Unpack(info):
            details.reason, details.domain = info.reason, info.domain
            details.metadata = dict(info.metadata)
        elif detail.Unpack(localized):
            details.remedy = localized.message
        elif detail.Unpack(retry):
            details.retry_delay = retry.retry_delay.ToTimedelta().total_seconds()
    return details


def watch_job(jobs, job_id, revision=0):
    """All events of one job after `revision`; ends after the terminal one."""
    return _resume(
        lambda after: jobs.WatchJob(
            job_service_pb2.WatchJobRequest(job_id=job_id, after_revision=after)
        ),
        lambda event: event.revision,
        revision,
        start=0,
    )


def watch_jobs(jobs, job_filter, revision=0):
    """Events of all jobs that match, after `revision`; never ends by itself. Where
    the server has forgotten what came next, it starts over with SNAPSHOT events
    of what matches now and a BOOKMARK behind them."""
    batches = _resume(
        lambda after: jobs.WatchJobs(
            job_service_pb2.WatchJobsRequest(filter=job_filter, after_revision=after)
        ),
        lambda batch: batch.revision,
        revision,
        start=0,
    )
    for batch in batches:
        yield from batch.events


def read_results(jobs, job_id, cursor=""):
    """The result pages of a finished job after `cursor`; ends after the last one."""
    return _resume(
        lambda after: jobs.ReadResults(
            job_service_pb2.ReadResultsRequest(job_id=job_id, cursor=after)
        ),
        lambda page: page.next_cursor,
        cursor,
        start="",
    )


def _resume(open_stream, position_of, position, start):
    """The messages of `open_stream(position)`, opened again after the last
    message's position whenever the stream breaks; from `start` when the server no
    longer has what follows the position."""
    delay = FIRST_DELAY
    while True:
        stream = open_stream(position)
        try:
            for message in stream:
                position = position_of(message)
                delay = FIRST_DELAY
                yield message
            return
        except grpc.RpcError as error:
            print(f"stream broken after '{position}': {error.details()}", file=sys.stderr)
            if error.code() == grpc.StatusCode.OUT_OF_RANGE and position != start:
                position = start
                continue
            if error.code() not in TRANSIENT:
                raise
            time.sleep(max(delay, error_details(error).retry_delay or 0))
            delay = min(2 * delay, LONGEST_DELAY)
        finally:
            stream.cancel()
