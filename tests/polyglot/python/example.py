"""Runs a data action and a conversation query through gcjobs.

python3 example.py SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
python3 example.py 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}' \\
    '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'
"""

import json
import sys
import time
import uuid

import grpc
from google.protobuf.duration_pb2 import Duration

from gcjobs.v1 import action_service_pb2, action_service_pb2_grpc
from gcjobs.v1 import job_pb2, job_service_pb2, job_service_pb2_grpc
from resume import error_details, read_results, watch_job, watch_jobs

CALL_TIMEOUT = 30  # seconds
CHANNEL_OPTIONS = [
    ("grpc.keepalive_time_ms", 30_000),  # notice a server that is gone without a word
    ("grpc.max_reconnect_backoff_ms", 5_000),
]


def state_of(job):
    return job_pb2.JobState.Name(job.state).removeprefix("JOB_STATE_")


def submit_options():
    """The labels find both jobs again; with a request id a submission may be
    repeated, and still makes one job."""
    return job_pb2.SubmitOptions(request_id=str(uuid.uuid4()), labels={"program": "example"})


def raise_timeout(actions, action_id, seconds):
    """Tries again as long as the server says when."""
    request = action_service_pb2.UpdateActionTimeoutRequest(
        action_id=action_id, timeout=Duration(seconds=seconds)
    )
    while True:
        try:
            limit = actions.UpdateActionTimeout(request, timeout=CALL_TIMEOUT)
        except grpc.RpcError as error:
            details = error_details(error)
            print(f"refused: {error.code().name} {details.reason} of {details.domain}")
            print(f"remedy: {details.remedy}")
            if details.retry_delay is None:
                return
            print(f"retry in {1000 * details.retry_delay:.0f} ms")
            time.sleep(details.retry_delay)
        else:
            before, now = limit.previous_timeout.seconds, limit.timeout.seconds
            verified = "verified" if limit.verified else "not verified"
            print(f"timeout: {before} s -> {now} s, {verified}")
            return


def run_action(jobs, action_id, parameters_json):
    request = job_service_pb2.SubmitActionRequest(
        action_id=action_id, parameters_json=parameters_json, options=submit_options()
    )
    job = jobs.SubmitAction(request, timeout=CALL_TIMEOUT)
    print("action: submitted")
    for event in watch_job(jobs, job.id):
        if event.type != job_pb2.EVENT_TYPE_TRANSITION:
            continue
        print(f"action: {event.sequence} {state_of(event.job)}")
        if event.job.result_json:
            print(f"result: {event.job.result_json}")


def run_query(jobs, query_json):
    request = job_service_pb2.SubmitConversationQueryRequest(
        query_json=query_json, endpoint=job_pb2.QUERY_ENDPOINT_JOBS, options=submit_options()
    )
    job = jobs.SubmitConversationQuery(request, timeout=CALL_TIMEOUT)
    print("query: submitted")
    for event in watch_job(jobs, job.id):
        if event.job.HasField("end_time"):
            print(f"query: {state_of(event.job)}")
    items = 0
    for page in read_results(jobs, job.id):
        items += len(json.loads(page.items_json))
        print(f"page {page.page_number}: {page.item_count} items")
    print(f"results: {items} items")


def catch_up(jobs, revision):
    """What a program does that stored a revision, and comes back when the server
    has long forgotten it."""
    for event in watch_jobs(jobs, job_pb2.JobFilter(labels={"program": "example"}), revision):
        if event.type == job_pb2.EVENT_TYPE_BOOKMARK:
            return
        kind_of_event = job_pb2.EventType.Name(event.type).removeprefix("EVENT_TYPE_")
        print(f"{kind_of_event}: {event.job.kind} {state_of(event.job)}")


def main(server, action_id, parameters_json, query_json):
    sys.stdout.reconfigure(line_buffering=True)
    with grpc.insecure_channel(server, options=CHANNEL_OPTIONS) as channel:
        jobs = job_service_pb2_grpc.JobServiceStub(channel)
        actions = action_service_pb2_grpc.ActionServiceStub(channel)
        raise_timeout(actions, action_id, 90)
        raise_timeout(actions, action_id, 10)
        run_action(jobs, action_id, parameters_json)
        run_query(jobs, query_json)
        catch_up(jobs, revision=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
