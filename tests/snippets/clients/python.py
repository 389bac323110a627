"""python3 python.py SERVER JOB QUERY_JOB"""

import sys
import time

import grpc

from gcjobs.v1 import job_service_pb2, job_service_pb2_grpc
from resume import error_details, read_results, watch_job

server, *ids = sys.argv[1:]
jobs = job_service_pb2_grpc.JobServiceStub(grpc.insecure_channel(server))
handle = print


def get(job_id):
    return jobs.GetJob(job_service_pb2.GetJobRequest(job_id=job_id))


def resume(job):
    @Resume@


# The action's job has one page: its result.
resume(get(ids[0]))
try:
    get("nobody")
@Errors@
    print(details.reason, details.domain, details.metadata["job_id"])
