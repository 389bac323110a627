package main

import (
	"context"
	"fmt"
	"io"
	"log"
	"os"
	"time"

	gcjobs "gcjobs/v1"

	"google.golang.org/grpc"
)

// example SERVER JOB QUERY_JOB
func main() {
	connection, err := grpc.Dial(os.Args[1], grpc.WithInsecure())
	if err != nil {
		log.Fatal(err)
	}
	jobs := gcjobs.NewJobServiceClient(connection)
	ctx := context.Background()
	job, err := jobs.GetJob(ctx, &gcjobs.GetJobRequest{JobId: os.Args[2]})
	if err != nil {
		log.Fatal(err)
	}
	if err := resume(ctx, jobs, job); err != nil {
		log.Fatal(err)
	}
	_, err = jobs.GetJob(ctx, &gcjobs.GetJobRequest{JobId: "nobody"})
	@Errors@
	_ = remedy
	fmt.Println(info.Reason, info.Domain, info.Metadata["job_id"])
	_ = remedy.GetMessage()
}

func resume(ctx context.Context, jobs gcjobs.JobServiceClient, job *gcjobs.Job) error {
	@Resume@
}
