// Runs a data action and a conversation query through gcjobs.
//
//	example SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON
//	example 127.0.0.1:50051 custom_-_1a2b '{"customer":"C-1042"}' \
//	    '{"interval":"2026-01-01T00:00:00Z/2026-01-02T00:00:00Z"}'
package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strings"
	"time"

	gcjobs "gcjobs/v1"

	"google.golang.org/grpc"
	"google.golang.org/grpc/backoff"
	"google.golang.org/grpc/keepalive"
	"google.golang.org/grpc/status"
	"google.golang.org/protobuf/types/known/durationpb"
)

const callTimeout = 30 * time.Second

func main() {
	if len(os.Args) != 5 {
		log.Fatal("usage: example SERVER ACTION_ID PARAMETERS_JSON QUERY_JSON")
	}
	if err := run(os.Args[1], os.Args[2], os.Args[3], os.Args[4]); err != nil {
		log.Fatal(err)
	}
}

func run(server, actionID, parametersJSON, queryJSON string) error {
	reconnect := backoff.DefaultConfig
	reconnect.MaxDelay = longestDelay
	connection, err := grpc.Dial(server, grpc.WithInsecure(),
		grpc.WithConnectParams(grpc.ConnectParams{Backoff: reconnect}),
		// Notice a server that is gone without a word.
		grpc.WithKeepaliveParams(keepalive.ClientParameters{Time: 30 * time.Second}))
	if err != nil {
		return err
	}
	defer connection.Close()
	actions := gcjobs.NewActionServiceClient(connection)
	jobs := gcjobs.NewJobServiceClient(connection)
	ctx := context.Background()

	raiseTimeout(ctx, actions, actionID, 90*time.Second)
	raiseTimeout(ctx, actions, actionID, 10*time.Second)
	if err := runAction(ctx, jobs, actionID, parametersJSON); err != nil {
		return err
	}
	if err := runQuery(ctx, jobs, queryJSON); err != nil {
		return err
	}
	return catchUp(ctx, jobs, 1)
}

// raiseTimeout tries again as long as the server says when.
func raiseTimeout(ctx context.Context, actions gcjobs.ActionServiceClient, actionID string,
	timeout time.Duration) {
	request := &gcjobs.UpdateActionTimeoutRequest{
		ActionId: actionID,
		Timeout:  durationpb.New(timeout),
	}
	for {
		callCtx, cancel := context.WithTimeout(ctx, callTimeout)
		limit, err := actions.UpdateActionTimeout(callCtx, request)
		cancel()
		if err == nil {
			verified := map[bool]string{true: "verified", false: "not verified"}[limit.Verified]
			fmt.Printf("timeout: %d s -> %d s, %s\n", limit.PreviousTimeout.GetSeconds(),
				limit.Timeout.GetSeconds(), verified)
			return
		}
		info, remedy, retry := errorDetails(err)
		fmt.Printf("refused: %s %s of %s\n", codeName(err), info.GetReason(), info.GetDomain())
		fmt.Printf("remedy: %s\n", remedy.GetMessage())
		if retry == nil {
			return
		}
		delay := retry.RetryDelay.AsDuration()
		fmt.Printf("retry in %d ms\n", delay.Milliseconds())
		time.Sleep(delay)
	}
}

func runAction(ctx context.Context, jobs gcjobs.JobServiceClient,
	actionID, parametersJSON string) error {
	callCtx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	job, err := jobs.SubmitAction(callCtx, &gcjobs.SubmitActionRequest{
		ActionId: actionID,
		Input:    &gcjobs.SubmitActionRequest_ParametersJson{ParametersJson: parametersJSON},
		Options:  submitOptions(),
	})
	if err != nil {
		return err
	}
	fmt.Println("action: submitted")
	events := watchJob(ctx, jobs, job.Id, 0)
	for {
		event, err := events.Recv()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if event.Type != gcjobs.EventType_EVENT_TYPE_TRANSITION {
			continue
		}
		fmt.Printf("action: %d %s\n", event.Sequence, stateOf(event.Job))
		if event.Job.ResultJson != "" {
			fmt.Printf("result: %s\n", event.Job.ResultJson)
		}
	}
}

func runQuery(ctx context.Context, jobs gcjobs.JobServiceClient, queryJSON string) error {
	callCtx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	job, err := jobs.SubmitConversationQuery(callCtx, &gcjobs.SubmitConversationQueryRequest{
		QueryJson: queryJSON,
		Endpoint:  gcjobs.QueryEndpoint_QUERY_ENDPOINT_JOBS,
		Options:   submitOptions(),
	})
	if err != nil {
		return err
	}
	fmt.Println("query: submitted")
	events := watchJob(ctx, jobs, job.Id, 0)
	for {
		event, err := events.Recv()
		if err == io.EOF {
			return printResults(ctx, jobs, job.Id)
		}
		if err != nil {
			return err
		}
		if event.Job.GetEndTime() != nil {
			fmt.Printf("query: %s\n", stateOf(event.Job))
		}
	}
}

func printResults(ctx context.Context, jobs gcjobs.JobServiceClient, id string) error {
	items := 0
	pages := readResults(ctx, jobs, id, "")
	for {
		page, err := pages.Recv()
		if err == io.EOF {
			fmt.Printf("results: %d items\n", items)
			return nil
		}
		if err != nil {
			return err
		}
		var conversations []json.RawMessage
		if err := json.Unmarshal([]byte(page.ItemsJson), &conversations); err != nil {
			return err
		}
		items += len(conversations)
		fmt.Printf("page %d: %d items\n", page.PageNumber, page.ItemCount)
	}
}

// catchUp is what a program does that stored a revision, and comes back when
// the server has long forgotten it.
func catchUp(ctx context.Context, jobs gcjobs.JobServiceClient, revision int64) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	filter := &gcjobs.JobFilter{Labels: map[string]string{"program": "example"}}
	batches := watchJobs(ctx, jobs, filter, revision)
	for {
		batch, err := batches.Recv()
		if err != nil {
			return err
		}
		for _, event := range batch.Events {
			if event.Type == gcjobs.EventType_EVENT_TYPE_BOOKMARK {
				return nil
			}
			fmt.Printf("%s: %s %s\n", strings.TrimPrefix(event.Type.String(), "EVENT_TYPE_"),
				event.Job.Kind, stateOf(event.Job))
		}
	}
}

// submitOptions: the labels find both jobs again; with a request id a
// submission may be repeated, and still makes one job.
func submitOptions() *gcjobs.SubmitOptions {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		panic(err) // the system has no randomness
	}
	return &gcjobs.SubmitOptions{
		RequestId: hex.EncodeToString(id),
		Labels:    map[string]string{"program": "example"},
	}
}

func stateOf(job *gcjobs.Job) string {
	return strings.TrimPrefix(job.State.String(), "JOB_STATE_")
}

// codeName spells a code as the other languages do: RESOURCE_EXHAUSTED, where
// Go says ResourceExhausted.
func codeName(err error) string {
	var name strings.Builder
	for i, letter := range status.Code(err).String() {
		if i > 0 && 'A' <= letter && letter <= 'Z' {
			name.WriteByte('_')
		}
		name.WriteRune(letter)
	}
	return strings.ToUpper(name.String())
}
