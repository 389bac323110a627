# frozen_string_literal: true

# Runs a data action and a conversation query through gcjobs.
#
#   ruby example.rb SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
#   ruby example.rb 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}' \
#       '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'

require 'json'
require 'securerandom'

require 'grpc'
require 'gcjobs/v1/action_service_services_pb'
require 'gcjobs/v1/job_service_services_pb'
require_relative 'resume'

V1 = Gcjobs::V1

CALL_TIMEOUT = 30 # seconds
CHANNEL_OPTIONS = {
  'grpc.keepalive_time_ms' => 30_000, # notice a server that is gone without a word
  'grpc.max_reconnect_backoff_ms' => 5_000
}.freeze

def connect(service, server)
  service::Stub.new(server, :this_channel_is_insecure, channel_args: CHANNEL_OPTIONS)
end

def deadline
  Time.now + CALL_TIMEOUT
end

def state_of(job)
  job.state.to_s.delete_prefix('JOB_STATE_')
end

# RESOURCE_EXHAUSTED from GRPC::ResourceExhausted.
def code_name(error)
  error.class.name.split('::').last.gsub(/(?<=[a-z])(?=[A-Z])/, '_').upcase
end

# The labels find both jobs again; with a request id a submission may be
# repeated, and still makes one job.
def submit_options
  V1::SubmitOptions.new(request_id: SecureRandom.uuid, labels: { 'program' => 'example' })
end

# Tries again as long as the server says when.
def raise_timeout(actions, action_id, seconds)
  request = V1::UpdateActionTimeoutRequest.new(
    action_id: action_id, timeout: Google::Protobuf::Duration.new(seconds: seconds)
  )
  limit = actions.update_action_timeout(request, deadline: deadline)
  puts "timeout: #{limit.previous_timeout.seconds} s -> #{limit.timeout.seconds} s, " \
       "#{limit.verified ? 'verified' : 'not verified'}"
rescue GRPC::BadStatus => e
  details = Resume.error_details(e)
  puts "refused: #{code_name(e)} #{details.reason} of #{details.domain}"
  puts "remedy: #{details.remedy}"
  return if details.retry_delay.nil?

  puts "retry in #{(1000 * details.retry_delay).round} ms"
  sleep details.retry_delay
  retry
end

def run_action(jobs, action_id, parameters_json)
  request = V1::SubmitActionRequest.new(
    action_id: action_id, parameters_json: parameters_json, options: submit_options
  )
  job = jobs.submit_action(request, deadline: deadline)
  puts 'action: submitted'
  Resume.watch_job(jobs, job.id) do |event|
    next unless event.type == :EVENT_TYPE_TRANSITION

    puts "action: #{event.sequence} #{state_of(event.job)}"
    puts "result: #{event.job.result_json}" unless event.job.result_json.empty?
  end
end

def run_query(jobs, query_json)
  request = V1::SubmitConversationQueryRequest.new(
    query_json: query_json, endpoint: :QUERY_ENDPOINT_JOBS, options: submit_options
  )
  job = jobs.submit_conversation_query(request, deadline: deadline)
  puts 'query: submitted'
  Resume.watch_job(jobs, job.id) do |event|
    puts "query: #{state_of(event.job)}" if event.job&.end_time
  end
  items = 0
  Resume.read_results(jobs, job.id) do |page|
    items += JSON.parse(page.items_json).size
    puts "page #{page.page_number}: #{page.item_count} items"
  end
  puts "results: #{items} items"
end

# What a program does that stored a revision, and comes back when the server has
# long forgotten it.
def catch_up(jobs, revision)
  filter = V1::JobFilter.new(labels: { 'program' => 'example' })
  Resume.watch_jobs(jobs, filter, revision: revision) do |event|
    break if event.type == :EVENT_TYPE_BOOKMARK

    puts "#{event.type.to_s.delete_prefix('EVENT_TYPE_')}: #{event.job.kind} #{state_of(event.job)}"
  end
end

server, action_id, parameters_json, query_json = ARGV
$stdout.sync = true
jobs = connect(V1::JobService, server)
actions = connect(V1::ActionService, server)
raise_timeout(actions, action_id, 90)
raise_timeout(actions, action_id, 10)
run_action(jobs, action_id, parameters_json)
run_query(jobs, query_json)
catch_up(jobs, 1)
