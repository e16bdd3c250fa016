// A server that speaks the protocol of MongoDB, for tests: FerretDB on SQLite files, in one process.
//
// It takes the address to listen on (a port of 0 is a free one) and a directory of its own, prints one line with its
// URL once it can be connected to, and ends at SIGTERM or SIGINT, or when its standard input ends: whoever started it
// is gone then.
package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/FerretDB/FerretDB/ferretdb"
)

// Connections that clients leave open would keep it for seconds.
const endsWithin = 200 * time.Millisecond

func main() {
	if len(os.Args) != 3 {
		fail("usage: ferretdb <address:port> <directory>")
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	server, err := ferretdb.New(&ferretdb.Config{
		Listener: ferretdb.ListenerConfig{TCP: os.Args[1]},
		Logger:   slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:  "sqlite",
		// Survives the end of the process, though not of the machine: enough for what is thrown away after a test.
		SQLiteURL: "file:" + os.Args[2] + "/?_pragma=synchronous(off)",
	})
	if err != nil {
		fail(err.Error())
	}
	fmt.Println("serves", server.MongoDBURI())
	go func() {
		_, _ = io.Copy(io.Discard, os.Stdin)
		stop()
	}()
	go func() {
		<-ctx.Done()
		time.Sleep(endsWithin)
		os.Exit(0)
	}()
	if err := server.Run(ctx); err != nil {
		fail(err.Error())
	}
}

func fail(message string) {
	fmt.Fprintln(os.Stderr, message)
	os.Exit(1)
}
