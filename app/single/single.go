// Package single lets one process of a person's be the program. A second one hands
// its files over to the first and ends:
//
//	instance, err := single.Claim(ctx, dir, files)
//	if err != nil || instance == nil { return err } // nil: handed over
//	defer instance.Close()
//	instance.Serve(func(files []string) { ... })
//
// A lock on a file in dir, which the operating system takes from a dead process,
// says who is first. How to reach it, on the machine's own address, and the word that
// proves that one may read dir, are in a file beside it that its owner alone may read.
package single

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"io"
	"net"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"sheetmill/core/fault"
	"sheetmill/core/say"
)

// Instance is the claim of the process that is the program.
type Instance struct {
	lock     *flock.Flock
	listener net.Listener
	word     string
	path     string
	serving  sync.WaitGroup

	mu    sync.Mutex
	calls map[net.Conn]bool // nil once it is stopped
	taken map[string]bool   // the starts whose files were taken in: one that was heard late says it again
}

// address is what the file tells a second process.
type address struct {
	Listens string `json:"listens"`
	Word    string `json:"word"`
}

// message is what a second process says.
type message struct {
	Word  string   `json:"word"`
	Start string   `json:"start"` // names the start
	Files []string `json:"files"`
}

const (
	handPatience = 15 * time.Second // for all of a hand-over; the first one may be ending
	callPatience = 2 * time.Second  // for one call
	mostMessage  = 1 << 20          // bytes
)

// Claim makes this process the program, or hands files over to the one that is
// and answers nil. One that is there but does not answer is fault.Unreachable.
func Claim(ctx context.Context, dir string, files []string) (*Instance, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, unusable(dir, err)
	}
	i := &Instance{lock: flock.New(filepath.Join(dir, "instance.lock")), path: filepath.Join(dir, "instance.json"), calls: map[net.Conn]bool{}, taken: map[string]bool{}}
	ctx, cancel := context.WithTimeout(ctx, handPatience)
	defer cancel()
	start := rand.Text()
	for {
		first, err := i.lock.TryLock()
		if err != nil {
			return nil, unusable(dir, err)
		}
		if first {
			if err := i.listen(ctx); err != nil {
				return nil, errors.Join(unusable(dir, err), i.lock.Unlock())
			}
			return i, nil
		}
		if err = handOver(ctx, i.path, start, files); err == nil {
			return nil, nil
		}
		select { // it may be starting, or ending
		case <-ctx.Done():
			return nil, fault.New(fault.Unreachable, say.T("Sheetmill is running already but does not answer.")).
				Hint(say.T("Look for its window; if there is none, end the program and start it again.")).Because(err)
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func unusable(dir string, err error) error {
	return fault.New(fault.Unreachable, say.T("The folder {path} cannot be used.", "path", dir)).
		Hint(say.T("Check who owns it and that its disk has room.")).Because(err)
}

// listen opens the door and tells where it is.
func (i *Instance) listen(ctx context.Context) error {
	var err error
	var config net.ListenConfig
	if i.listener, err = config.Listen(ctx, "tcp", "127.0.0.1:0"); err != nil {
		return err
	}
	i.word = rand.Text()
	content, err := json.Marshal(address{i.listener.Addr().String(), i.word})
	if err == nil {
		err = os.WriteFile(i.path+".new", content, 0o600)
	}
	if err == nil {
		err = os.Rename(i.path+".new", i.path)
	}
	if err != nil {
		return errors.Join(err, i.listener.Close())
	}
	return nil
}

// handOver gives files to the process that the file tells of.
func handOver(ctx context.Context, path, start string, files []string) error {
	content, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	var to address
	if err := json.Unmarshal(content, &to); err != nil {
		return err
	}
	dialer := net.Dialer{Timeout: callPatience}
	conn, err := dialer.DialContext(ctx, "tcp", to.Listens)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := conn.SetDeadline(time.Now().Add(callPatience)); err != nil {
		return err
	}
	if err := json.NewEncoder(conn).Encode(message{to.Word, start, files}); err != nil {
		return err
	}
	var taken bool
	if err := json.NewDecoder(conn).Decode(&taken); err != nil {
		return err
	}
	if !taken {
		return errors.New("it is another program that answers")
	}
	return nil
}

// Serve takes in what other processes hand over, until Close.
func (i *Instance) Serve(take func(files []string)) {
	i.serving.Go(func() {
		for {
			conn, err := i.listener.Accept()
			if err != nil {
				return
			}
			i.mu.Lock()
			open := i.calls != nil
			if open {
				i.calls[conn] = true
				i.serving.Go(func() { i.answer(conn, take) })
			}
			i.mu.Unlock()
			if !open {
				_ = conn.Close()
				return
			}
		}
	})
}

// answer hears one process out.
func (i *Instance) answer(conn net.Conn, take func([]string)) {
	defer func() {
		_ = conn.Close()
		i.mu.Lock()
		delete(i.calls, conn)
		i.mu.Unlock()
	}()
	_ = conn.SetDeadline(time.Now().Add(callPatience)) // one that has none ends with Close
	var m message
	if err := json.NewDecoder(io.LimitReader(conn, mostMessage)).Decode(&m); err != nil {
		return
	}
	known := subtle.ConstantTimeCompare([]byte(m.Word), []byte(i.word)) == 1
	i.mu.Lock()
	news := known && !i.taken[m.Start]
	if news {
		i.taken[m.Start] = true
	}
	i.mu.Unlock()
	if news {
		take(m.Files)
	}
	_ = json.NewEncoder(conn).Encode(known)
}

// Stop takes nothing in any more and waits for what is being heard. Who is started
// from now on waits for Close, so that no files are handed to a program that ends.
func (i *Instance) Stop() {
	i.mu.Lock()
	for conn := range i.calls {
		_ = conn.Close()
	}
	i.calls = nil
	i.mu.Unlock()
	_ = i.listener.Close() // it is closed already, or the system's to close
	i.serving.Wait()
}

// Close stops it and gives the claim up. It is called once.
func (i *Instance) Close() error {
	i.Stop()
	return errors.Join(os.Remove(i.path), i.lock.Unlock())
}
