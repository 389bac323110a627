package main

import (
	"context"
	"io"
	"log"
	"time"

	gcjobs "gcjobs/v1"

	"google.golang.org/genproto/googleapis/rpc/errdetails"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"
)

const (
	firstDelay   = 100 * time.Millisecond
	longestDelay = 5 * time.Second
)

// errorDetails returns what the server said about an error: its reason, why it
// happens and what to do (for a person), and when to try again. Nil where it said
// nothing, or where a proxy or the network made the error.
func errorDetails(err error) (info *errdetails.ErrorInfo, remedy *errdetails.LocalizedMessage,
	retry *errdetails.RetryInfo) {
	for _, detail := range status.Convert(err).Details() {
		switch detail := detail.(type) {
		case *errdetails.ErrorInfo:
			info = detail
		case *errdetails.LocalizedMessage:
			remedy = detail
		case *errdetails.RetryInfo:
			retry = detail
		}
	}
	return info, remedy, retry
}

// isTransient tells what passes by itself: the server restarts or drains, this
// reader was too slow, or there was too much to do.
func isTransient(code codes.Code) bool {
	switch code {
	case codes.Unavailable, codes.Canceled, codes.ResourceExhausted, codes.DeadlineExceeded:
		return true
	}
	return false
}

// watchJob gives all events of one job after revision, and io.EOF after the
// terminal one. Cancelling ctx ends it.
func watchJob(ctx context.Context, jobs gcjobs.JobServiceClient, id string,
	revision int64) *resumed[*gcjobs.JobEvent, int64] {
	return &resumed[*gcjobs.JobEvent, int64]{
		ctx:      ctx,
		delay:    firstDelay,
		position: revision,
		open: func(after int64) (stream[*gcjobs.JobEvent], error) {
			return jobs.WatchJob(ctx, &gcjobs.WatchJobRequest{JobId: id, AfterRevision: after})
		},
		positionOf: (*gcjobs.JobEvent).GetRevision,
	}
}

// watchJobs gives batches of events of all jobs that match, after revision;
// never ends by itself. Where the server has forgotten what came next, it starts
// over with SNAPSHOT events of what matches now and a BOOKMARK behind them.
func watchJobs(ctx context.Context, jobs gcjobs.JobServiceClient, filter *gcjobs.JobFilter,
	revision int64) *resumed[*gcjobs.WatchJobsResponse, int64] {
	return &resumed[*gcjobs.WatchJobsResponse, int64]{
		ctx:      ctx,
		delay:    firstDelay,
		position: revision,
		open: func(after int64) (stream[*gcjobs.WatchJobsResponse], error) {
			return jobs.WatchJobs(ctx, &gcjobs.WatchJobsRequest{Filter: filter, AfterRevision: after})
		},
		positionOf: (*gcjobs.WatchJobsResponse).GetRevision,
	}
}

// readResults gives the result pages of a finished job after cursor, and io.EOF
// after the last one.
func readResults(ctx context.Context, jobs gcjobs.JobServiceClient, id string,
	cursor string) *resumed[*gcjobs.ResultPage, string] {
	return &resumed[*gcjobs.ResultPage, string]{
		ctx:      ctx,
		delay:    firstDelay,
		position: cursor,
		open: func(after string) (stream[*gcjobs.ResultPage], error) {
			return jobs.ReadResults(ctx, &gcjobs.ReadResultsRequest{JobId: id, Cursor: after})
		},
		positionOf: (*gcjobs.ResultPage).GetNextCursor,
	}
}

type stream[Message any] interface{ Recv() (Message, error) }

// resumed is a stream that is opened again after the last message's position
// whenever it breaks; from the zero position when the server no longer has what
// follows.
type resumed[Message any, Position comparable] struct {
	ctx        context.Context
	open       func(Position) (stream[Message], error)
	positionOf func(Message) Position
	position   Position
	delay      time.Duration   // before the next attempt
	current    stream[Message] // nil: to be opened
}

// Recv returns the next message, or io.EOF at the end.
func (r *resumed[Message, Position]) Recv() (Message, error) {
	for {
		message, err := r.recv()
		if err == nil {
			r.position = r.positionOf(message)
			r.delay = firstDelay
			return message, nil
		}
		r.current = nil
		if err == io.EOF || r.ctx.Err() != nil {
			return message, err
		}
		if err = r.recover(err); err != nil {
			return message, err
		}
	}
}

func (r *resumed[Message, Position]) recv() (message Message, err error) {
	if r.current == nil {
		if r.current, err = r.open(r.position); err != nil {
			return message, err
		}
	}
	return r.current.Recv()
}

// recover prepares for the next attempt, or returns the error that does not pass.
func (r *resumed[Message, Position]) recover(err error) error {
	log.Printf("stream broken after '%v': %v", r.position, err)
	var start Position
	code := status.Code(err)
	if code == codes.OutOfRange && r.position != start {
		r.position = start
		return nil
	}
	if !isTransient(code) {
		return err
	}
	delay := r.delay
	if r.delay *= 2; r.delay > longestDelay {
		r.delay = longestDelay
	}
	if _, _, retry := errorDetails(err); retry != nil && retry.RetryDelay.AsDuration() > delay {
		delay = retry.RetryDelay.AsDuration()
	}
	select {
	case <-time.After(delay):
		return nil
	case <-r.ctx.Done():
		return r.ctx.Err()
	}
}
