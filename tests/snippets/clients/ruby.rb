# frozen_string_literal: true

# ruby ruby.rb SERVER JOB QUERY_JOB
require 'grpc'
require 'gcjobs/v1/job_service_services_pb'
require_relative 'resume'

server, id, = ARGV
jobs = Gcjobs::V1::JobService::Stub.new(server, :this_channel_is_insecure)
get = ->(job_id) { jobs.get_job(Gcjobs::V1::GetJobRequest.new(job_id: job_id)) }
job = get.call(id)
def handle(items) = puts(items)

# The action's job has one page: its result.
@Resume@
begin
  get.call('nobody')
@Errors@
  puts "#{details.reason} #{details.domain} #{details.metadata['job_id']}"
end
