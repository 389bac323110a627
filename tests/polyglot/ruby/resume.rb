# frozen_string_literal: true

require 'google/protobuf/well_known_types'
require 'google/rpc/error_details_pb'
require 'grpc'
require 'gcjobs/v1/job_service_services_pb'

# Streams that outlive broken connections and restarts of the server, and errors
# in a form that a program can act on.
module Resume
  FIRST_DELAY = 0.1 # seconds
  LONGEST_DELAY = 5.0

  # What passes by itself: the server restarts or drains, this reader was too
  # slow, or there was too much to do.
  TRANSIENT = [GRPC::Unavailable, GRPC::Cancelled, GRPC::ResourceExhausted,
               GRPC::DeadlineExceeded].freeze

  # What the server said about an error: nil where it said nothing, or where a
  # proxy or the network made the error. `remedy` tells a person why it happens and
  # what to do; `retry_delay` is in seconds.
  ErrorDetails = Struct.new(:reason, :domain, :metadata, :remedy, :retry_delay)

  module_function

  # The ErrorInfo, LocalizedMessage and RetryInfo of a GRPC::BadStatus.
  def error_details(error)
    found = ErrorDetails.new
    (error.to_rpc_status&.details || []).each do |detail|
      if detail.is(Google::Rpc::ErrorInfo)
        info = detail.unpack(Google::Rpc::ErrorInfo)
        found.reason, found.domain, found.metadata = info.reason, info.domain, info.metadata.to_h
      elsif detail.is(Google::Rpc::LocalizedMessage)
        found.remedy = detail.unpack(Google::Rpc::LocalizedMessage).message
      elsif detail.is(Google::Rpc::RetryInfo)
        delay = detail.unpack(Google::Rpc::RetryInfo).retry_delay
        found.retry_delay = delay.seconds + delay.nanos / 1e9
      end
    end
    found
  end

  # Yields all events of one job after `revision`; ends after the terminal one.
  def watch_job(jobs, job_id, revision: 0, &block)
    open = lambda do |after|
      jobs.watch_job(Gcjobs::V1::WatchJobRequest.new(job_id: job_id, after_revision: after),
                     return_op: true)
    end
    resume(open, :revision.to_proc, revision, 0, &block)
  end

  # Yields events of all jobs that match, after `revision`; never ends by itself.
  # Where the server has forgotten what came next, it starts over with SNAPSHOT
  # events of what matches now and a BOOKMARK behind them.
  def watch_jobs(jobs, filter, revision: 0, &block)
    open = lambda do |after|
      jobs.watch_jobs(Gcjobs::V1::WatchJobsRequest.new(filter: filter, after_revision: after),
                      return_op: true)
    end
    resume(open, :revision.to_proc, revision, 0) { |batch| batch.events.each(&block) }
  end

  # Yields the result pages of a finished job after `cursor`; ends after the last.
  def read_results(jobs, job_id, cursor: '', &block)
    open = lambda do |after|
      jobs.read_results(Gcjobs::V1::ReadResultsRequest.new(job_id: job_id, cursor: after),
                        return_op: true)
    end
    resume(open, :next_cursor.to_proc, cursor, '', &block)
  end

  # Yields the messages of `open.call(position)`, opened again after the last
  # message's position whenever the stream breaks; from `start` when the server
  # no longer has what follows the position.
  def resume(open, position_of, position, start)
    delay = FIRST_DELAY
    begin
      operation = open.call(position)
      operation.execute.each do |message|
        position = position_of.call(message)
        delay = FIRST_DELAY
        yield message
      end
    rescue GRPC::OutOfRange => e
      raise if position == start

      warn "stream broken after '#{position}': #{e.details}"
      position = start
      retry
    rescue *TRANSIENT => e
      warn "stream broken after '#{position}': #{e.details}"
      sleep [delay, error_details(e).retry_delay || 0].max
      delay = [2 * delay, LONGEST_DELAY].min
      retry
    ensure
      operation&.cancel
    end
  end
end
