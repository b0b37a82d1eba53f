package testenv

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"sync"
	"testing"
	"time"
)

// Browser is a headless Chromium that a test drives through its DevTools protocol,
// spoken over a pair of pipes: no port is opened.
type Browser struct {
	t       *testing.T
	out     *os.File
	session string

	mu      sync.Mutex
	next    int
	waiting map[int]chan answer
	events  []Event
	ended   chan struct{}
}

// Event is something that the browser told by itself.
type Event struct {
	Method string          `json:"method"`
	Params json.RawMessage `json:"params"`
}

type answer struct {
	Result json.RawMessage           `json:"result"`
	Error  *struct{ Message string } `json:"error"`
}

// StartBrowser starts Chromium with one blank page, whose network, console and log it
// listens to. The test says so and skips (or fails in CI) where there is none.
func StartBrowser(t *testing.T) *Browser {
	t.Helper()
	program := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			program = path
			break
		}
	}
	if program == "" {
		Missing(t, "There is no Chromium to open the page in.")
		return nil
	}
	theirIn, ourOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	ourIn, theirOut, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	profile := t.TempDir()
	ctx, stop := context.WithTimeout(t.Context(), 2*time.Minute)
	c := exec.CommandContext(ctx, program, "--headless=new", //nolint:gosec // one of four names, found on the path
		"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
		"--hide-scrollbars", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-extensions",
		"--disable-default-apps", "--no-pings", "--proxy-server=127.0.0.1:9", // nothing off this machine can be reached
		"--remote-debugging-pipe", "--user-data-dir="+profile, "about:blank")
	c.Env = append(os.Environ(), "HOME="+profile)
	c.ExtraFiles = []*os.File{theirIn, theirOut} // 3 and 4, by Chromium's convention
	c.WaitDelay = 5 * time.Second
	err = c.Start()
	_ = theirIn.Close()
	_ = theirOut.Close()
	if err != nil {
		t.Fatal(err)
	}
	b := &Browser{t: t, out: ourOut, waiting: map[int]chan answer{}, ended: make(chan struct{})}
	go b.listen(ourIn)
	t.Cleanup(func() {
		stop()
		_ = c.Wait() // it was killed
		<-b.ended
		_ = ourOut.Close()
		_ = ourIn.Close()
	})
	var targets struct {
		TargetInfos []struct{ TargetID, Type string }
	}
	b.Do("Target.getTargets", nil, &targets)
	for _, target := range targets.TargetInfos {
		if target.Type == "page" {
			var attached struct{ SessionID string }
			b.Do("Target.attachToTarget", map[string]any{"targetId": target.TargetID, "flatten": true}, &attached)
			b.session = attached.SessionID
			break
		}
	}
	for _, domain := range []string{"Page", "Network", "Runtime", "Log"} {
		b.Do(domain+".enable", nil, nil)
	}
	return b
}

// listen hands answers to who waits for them and keeps events, until the pipe ends.
func (b *Browser) listen(in *os.File) {
	defer close(b.ended)
	r := bufio.NewReader(in)
	for {
		line, err := r.ReadBytes(0)
		if err != nil {
			return
		}
		var m struct {
			answer
			Event

			ID int `json:"id"`
		}
		if json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &m) != nil {
			continue
		}
		b.mu.Lock()
		if waits := b.waiting[m.ID]; waits != nil {
			delete(b.waiting, m.ID)
			waits <- m.answer
		} else if m.Method != "" {
			b.events = append(b.events, m.Event)
		}
		b.mu.Unlock()
	}
}

// Do sends a command and reads its result into result, unless that is nil.
func (b *Browser) Do(method string, params map[string]any, result any) {
	b.t.Helper()
	b.mu.Lock()
	b.next++
	id, waits := b.next, make(chan answer, 1)
	b.waiting[id] = waits
	b.mu.Unlock()
	command := map[string]any{"id": id, "method": method}
	if params != nil {
		command["params"] = params
	}
	if b.session != "" {
		command["sessionId"] = b.session
	}
	text, err := json.Marshal(command)
	if err == nil {
		_, err = b.out.Write(append(text, 0))
	}
	if err != nil {
		b.t.Fatal(err)
	}
	select {
	case a := <-waits:
		if a.Error != nil {
			b.t.Fatalf("%s: %s", method, a.Error.Message)
		}
		if result != nil {
			if err := json.Unmarshal(a.Result, result); err != nil {
				b.t.Fatal(err)
			}
		}
	case <-b.ended:
		b.t.Fatalf("%s: the browser has ended", method)
	}
}

// Open shows a page of that size and waits until it has loaded. What was told
// before is forgotten.
func (b *Browser) Open(url string, width, height int) {
	b.t.Helper()
	b.Do("Emulation.setDeviceMetricsOverride", map[string]any{"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}, nil)
	b.Do("Page.navigate", map[string]any{"url": "about:blank"}, nil)
	b.Eval("document.readyState", nil)
	b.mu.Lock()
	b.events = nil
	b.mu.Unlock()
	b.Do("Page.navigate", map[string]any{"url": url}, nil)
	b.Eval(`new Promise((done) => document.readyState === "complete" ? done() : addEventListener("load", done))`, nil)
}

// Dark makes the system's colours dark or light.
func (b *Browser) Dark(dark bool) {
	b.t.Helper()
	value := "light"
	if dark {
		value = "dark"
	}
	b.Do("Emulation.setEmulatedMedia", map[string]any{"features": []map[string]string{{"name": "prefers-color-scheme", "value": value}}}, nil)
}

// Eval evaluates an expression in the page, waits for it if it is a promise,
// and reads its value into value, unless that is nil.
func (b *Browser) Eval(expression string, value any) {
	b.t.Helper()
	var got struct {
		Result           struct{ Value json.RawMessage }
		ExceptionDetails *struct {
			Text      string
			Exception struct{ Description string }
		}
	}
	b.Do("Runtime.evaluate", map[string]any{"expression": expression, "awaitPromise": true, "returnByValue": true}, &got)
	if e := got.ExceptionDetails; e != nil {
		b.t.Fatalf("%s: %s %s", expression, e.Text, e.Exception.Description)
	}
	if value != nil {
		if err := json.Unmarshal(got.Result.Value, value); err != nil {
			b.t.Fatal(errors.Join(err, fmt.Errorf("%s", got.Result.Value)))
		}
	}
}

// Events lists what the browser told of a method since the page was opened.
func (b *Browser) Events(method string) (found []Event) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Method == method {
			found = append(found, e)
		}
	}
	return found
}

// Picture is what the window shows, as PNG.
func (b *Browser) Picture() []byte {
	b.t.Helper()
	var got struct{ Data string }
	b.Do("Page.captureScreenshot", map[string]any{"format": "png"}, &got)
	picture, err := base64.StdEncoding.DecodeString(got.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return picture
}

// PDF is the page as it prints.
func (b *Browser) PDF() []byte {
	b.t.Helper()
	var got struct{ Data string }
	b.Do("Page.printToPDF", map[string]any{"preferCSSPageSize": true, "printBackground": true}, &got)
	pdf, err := base64.StdEncoding.DecodeString(got.Data)
	if err != nil {
		b.t.Fatal(err)
	}
	return pdf
}
