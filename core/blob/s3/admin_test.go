package s3_test

import (
	"bytes"
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/minio/madmin-go/v3"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"

	"sheetmill/core/blob/s3"
	"sheetmill/core/fault"
	"sheetmill/core/testenv"
)

func administer(t *testing.T, b testenv.Bucket) *s3.Admin {
	t.Helper()
	a := s3.OpenAdmin(config(t, b))
	for range 2 { // again does no harm
		if err := a.Setup(t.Context()); err != nil {
			t.Fatalf("Setup: %v", err)
		}
	}
	return a
}

// addUser adds an analyst and answers what her desktop knows.
func addUser(t *testing.T, a *s3.Admin, b testenv.Bucket, name string) testenv.Bucket {
	t.Helper()
	secret, err := a.AddUser(t.Context(), name)
	if err != nil {
		t.Fatalf("AddUser: %v", err)
	}
	b.AccessKey, b.SecretKey = name, secret
	return b
}

// scoped is the store of an analyst.
func scoped(t *testing.T, b testenv.Bucket) *s3.Store {
	t.Helper()
	c := config(t, b)
	c.Prefix = "owner/" + b.AccessKey + "/"
	return open(t, c)
}

func core(t *testing.T, b testenv.Bucket) *minio.Core {
	t.Helper()
	return coreOf(t, b, credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""))
}

func coreOf(t *testing.T, b testenv.Bucket, keys *credentials.Credentials) *minio.Core {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	c, err := minio.NewCore(b.Endpoint, &minio.Options{Creds: keys, Region: "us-east-1", Transport: transport, TrailingHeaders: true})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func madminOf(t *testing.T, b testenv.Bucket) *madmin.AdminClient {
	t.Helper()
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	m, err := madmin.NewWithOptions(b.Endpoint, &madmin.Options{Creds: credentials.NewStaticV4(b.AccessKey, b.SecretKey, ""), Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestAdmin(t *testing.T) {
	minIO := testenv.StartMinIO(t)
	b := minIO.Bucket(t)
	b.Bucket = "made-by-setup"
	a := administer(t, b)
	ctx := t.Context()
	bob := addUser(t, a, b, "adm-bob")
	addUser(t, a, b, "adm-ana")
	serverSecret, err := a.AddServer(ctx, "adm-server")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := a.Users(ctx); err != nil || !slices.Equal(got, []string{"adm-ana", "adm-bob"}) {
		t.Errorf("Users = %v, %v", got, err)
	}
	if _, err := a.AddUser(ctx, "adm-bob"); !fault.Is(err, fault.Conflict) {
		t.Errorf("a name that is taken: %v", err)
	}
	for _, name := range []string{"", "ab", "a/b", "a b", "..", "*", "${aws:username}", strings.Repeat("x", 101), "a,b", "a=b"} {
		if _, err := a.AddUser(ctx, name); !fault.Is(err, fault.Usage) {
			t.Errorf("AddUser(%q): %v", name, err)
		}
	}
	// Another workspace's users on the same server are not ours to change.
	other := minIO.Bucket(t)
	addUser(t, administer(t, other), other, "adm-foreign")
	for _, name := range []string{"adm-nobody", "adm-foreign"} {
		if err := a.RemoveUser(ctx, name); !fault.Is(err, fault.NotFound) {
			t.Errorf("RemoveUser(%s): %v", name, err)
		}
		if _, err := a.Rotate(ctx, name); !fault.Is(err, fault.NotFound) {
			t.Errorf("Rotate(%s): %v", name, err)
		}
	}

	put(t, scoped(t, bob), "owner/adm-bob/k", []byte("bob's"))
	sb := b
	sb.AccessKey, sb.SecretKey = "adm-server", serverSecret
	srv := open(t, config(t, sb))
	put(t, srv, "owner/adm-ana/k", []byte("for ana"))
	if string(read(t, srv, "owner/adm-bob/k")) != "bob's" {
		t.Error("a server cannot read an owner's object")
	}
	if n, err := srv.SweepUnfinished(ctx, false); n != 0 || err != nil {
		t.Errorf("a server's sweep: %d, %v", n, err)
	}

	if err := a.RemoveUser(ctx, "adm-bob"); err != nil {
		t.Fatal(err)
	}
	if got, err := a.Users(ctx); err != nil || !slices.Equal(got, []string{"adm-ana"}) {
		t.Errorf("Users = %v, %v", got, err)
	}
	if _, err := s3.Open(ctx, config(t, bob)); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("a removed user comes in: %v", err)
	}

	for _, wrong := range []testenv.Bucket{
		{Endpoint: b.Endpoint, Bucket: b.Bucket, AccessKey: "adm-nobody", SecretKey: "guessed-secret"},
		{Endpoint: b.Endpoint, Bucket: b.Bucket, AccessKey: "adm-server", SecretKey: serverSecret},
	} {
		if _, err := s3.OpenAdmin(config(t, wrong)).AddUser(ctx, "adm-eve"); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("AddUser as %s: %v", wrong.AccessKey, err)
		}
		if err := s3.OpenAdmin(config(t, wrong)).Setup(ctx); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("Setup as %s: %v", wrong.AccessKey, err)
		}
	}
	b.Endpoint = "127.0.0.1:1"
	if _, err := s3.OpenAdmin(config(t, b)).Users(ctx); !fault.Is(err, fault.Unreachable) {
		t.Errorf("a server that is away: %v", err)
	}
}

func TestRotateEndsEveryOldKey(t *testing.T) {
	b := testenv.StartMinIO(t).Bucket(t) // users are the server's
	a := administer(t, b)
	ana := addUser(t, a, b, "rot-ana")
	s := scoped(t, ana)
	put(t, s, "owner/rot-ana/k", []byte("x"))
	old := core(t, ana)
	temporary, err := credentials.NewSTSAssumeRole("http://"+b.Endpoint, credentials.STSAssumeRoleOptions{
		AccessKey: ana.AccessKey, SecretKey: ana.SecretKey, DurationSeconds: 3600,
	})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := temporary.GetWithContext(&credentials.CredContext{Client: &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}})
	if err != nil {
		t.Fatal(err)
	}
	lent := coreOf(t, b, credentials.NewStaticV4(keys.AccessKeyID, keys.SecretAccessKey, keys.SessionToken))
	link, err := old.PresignedGetObject(t.Context(), b.Bucket, "owner/rot-ana/k", time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]*minio.Core{"her key": old, "a temporary key": lent} {
		if _, err := c.StatObject(t.Context(), b.Bucket, "owner/rot-ana/k", minio.StatObjectOptions{}); err != nil {
			t.Errorf("before, %s: %v", what, err)
		}
	}

	secret, err := a.Rotate(t.Context(), "rot-ana")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]*minio.Core{"the old key": old, "a temporary key": lent} {
		if _, err := c.StatObject(t.Context(), b.Bucket, "owner/rot-ana/k", minio.StatObjectOptions{}); err == nil {
			t.Errorf("%s works after Rotate", what)
		}
	}
	if status := get(t, link.String()); status != http.StatusForbidden {
		t.Errorf("a link signed before: %d", status)
	}
	// Work that goes on is not ended for good by it.
	if _, err := s.Stat(t.Context(), "owner/rot-ana/k"); !fault.Is(err, fault.Unreachable) || fault.Permanent(err) || fault.Of(err).Next.IsZero() {
		t.Errorf("the open store: %v", err)
	}
	ana.SecretKey = secret
	if string(read(t, scoped(t, ana), "owner/rot-ana/k")) != "x" {
		t.Error("the new secret does not read what is hers")
	}
}

func get(t *testing.T, url string) int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	answer, err := client.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = answer.Body.Close() }()
	return answer.StatusCode
}

// TestIsolation has one analyst try what is another's by every way that S3 and
// MinIO know. MinIO itself has to refuse each.
func TestIsolation(t *testing.T) {
	b := testenv.StartMinIO(t).Bucket(t) // users are the server's
	a := administer(t, b)
	ana, bob := addUser(t, a, b, "iso-ana"), addUser(t, a, b, "iso-bob")
	addUser(t, a, b, "iso-bobby") // whose name starts as bob's does
	hers := scoped(t, ana)
	big := bytes.Repeat([]byte("sheetmill"), 1<<20)
	put(t, hers, "owner/iso-ana/k", []byte("ana's"))
	put(t, hers, "owner/iso-ana/large", big) // in parts
	before, err := hers.Stat(t.Context(), "owner/iso-ana/k")
	if err != nil {
		t.Fatal(err)
	}

	const key, theirs, own = "owner/iso-ana/k", "owner/iso-ana/planted", "owner/iso-bob/k"
	ctx, c, bucket := t.Context(), core(t, bob), b.Bucket
	root := core(t, b)
	upload, err := root.NewMultipartUpload(ctx, bucket, "owner/iso-ana/parts", minio.PutObjectOptions{})
	if err != nil {
		t.Fatal(err)
	}
	putObject := func(key string, o minio.PutObjectOptions) error {
		_, err := c.PutObject(ctx, bucket, key, strings.NewReader("bob's"), 5, "", "", o)
		return err
	}
	if err := putObject(own, minio.PutObjectOptions{}); err != nil {
		t.Fatalf("bob's own: %v", err)
	}
	list := func(o minio.ListObjectsOptions) error {
		for info := range c.ListObjectsIter(ctx, bucket, o) {
			if info.Err == nil {
				t.Errorf("bob sees %s by %+v", info.Key, o)
			}
			return info.Err
		}
		return nil
	}
	attempts := map[string]func() error{
		"read": func() error {
			_, _, _, err := c.GetObject(ctx, bucket, key, minio.GetObjectOptions{})
			return err
		},
		"read a range": func() error {
			var o minio.GetObjectOptions
			_ = o.SetRange(0, 1)
			_, _, _, err := c.GetObject(ctx, bucket, key, o)
			return err
		},
		"stat":           func() error { _, err := c.StatObject(ctx, bucket, key, minio.StatObjectOptions{}); return err },
		"stat a missing": func() error { _, err := c.StatObject(ctx, bucket, theirs, minio.StatObjectOptions{}); return err },
		"write":          func() error { return putObject(theirs, minio.PutObjectOptions{}) },
		"overwrite":      func() error { return putObject(key, minio.PutObjectOptions{}) },
		"write beside":   func() error { return putObject("owner/iso-bobby/k", minio.PutObjectOptions{}) },
		"write above":    func() error { return putObject("k", minio.PutObjectOptions{}) },
		"write to owner": func() error { return putObject("owner/k", minio.PutObjectOptions{}) },
		"write as if it were his folder": func() error {
			return putObject("owner/iso-bob-x/k", minio.PutObjectOptions{})
		},
		"delete": func() error { return c.RemoveObject(ctx, bucket, key, minio.RemoveObjectOptions{}) },
		"delete with force": func() error {
			return c.RemoveObject(ctx, bucket, "owner/iso-ana/", minio.RemoveObjectOptions{ForceDelete: true})
		},
		"delete many": func() error {
			objects := make(chan minio.ObjectInfo, 1)
			objects <- minio.ObjectInfo{Key: key}
			close(objects)
			for e := range c.RemoveObjects(ctx, bucket, objects, minio.RemoveObjectsOptions{}) {
				return e.Err
			}
			return nil
		},
		"list all":               func() error { return list(minio.ListObjectsOptions{Recursive: true}) },
		"list all, old":          func() error { return list(minio.ListObjectsOptions{Recursive: true, UseV1: true}) },
		"list folders":           func() error { return list(minio.ListObjectsOptions{Prefix: "owner/"}) },
		"list hers":              func() error { return list(minio.ListObjectsOptions{Prefix: "owner/iso-ana/", Recursive: true}) },
		"list his without slash": func() error { return list(minio.ListObjectsOptions{Prefix: "owner/iso-bob", Recursive: true}) },
		"list after":             func() error { return list(minio.ListObjectsOptions{StartAfter: "owner/iso-a", Recursive: true}) },
		"list versions": func() error {
			return list(minio.ListObjectsOptions{Prefix: "owner/iso-ana/", Recursive: true, WithVersions: true})
		},
		"list uploads": func() error {
			_, err := c.ListMultipartUploads(ctx, bucket, "owner/iso-ana/parts", "", "", "", 10)
			return err
		},
		"list all uploads": func() error { _, err := c.ListMultipartUploads(ctx, bucket, "", "", "", "", 10); return err },
		"copy from": func() error {
			_, err := c.Client.CopyObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: own + "2"}, minio.CopySrcOptions{Bucket: bucket, Object: key})
			return err
		},
		"copy to": func() error {
			_, err := c.Client.CopyObject(ctx, minio.CopyDestOptions{Bucket: bucket, Object: theirs}, minio.CopySrcOptions{Bucket: bucket, Object: own})
			return err
		},
		"copy a part from": func() error {
			id, err := c.NewMultipartUpload(ctx, bucket, own+"3", minio.PutObjectOptions{})
			if err != nil {
				t.Errorf("bob's own upload: %v", err)
			}
			_, err = c.CopyObjectPart(ctx, bucket, key, bucket, own+"3", id, 1, 0, 5, nil)
			return err
		},
		"begin parts": func() error {
			_, err := c.NewMultipartUpload(ctx, bucket, theirs, minio.PutObjectOptions{})
			return err
		},
		"send a part": func() error {
			_, err := c.PutObjectPart(ctx, bucket, "owner/iso-ana/parts", upload, 1, strings.NewReader("bob's"), 5, minio.PutObjectPartOptions{})
			return err
		},
		"list parts": func() error {
			_, err := c.ListObjectParts(ctx, bucket, "owner/iso-ana/parts", upload, 0, 10)
			return err
		},
		"complete parts": func() error {
			_, err := c.CompleteMultipartUpload(ctx, bucket, "owner/iso-ana/parts", upload, nil, minio.PutObjectOptions{})
			return err
		},
		"abort parts": func() error { return c.AbortMultipartUpload(ctx, bucket, "owner/iso-ana/parts", upload) },
		"read tags": func() error {
			_, err := c.GetObjectTagging(ctx, bucket, key, minio.GetObjectTaggingOptions{})
			return err
		},
		"read the bucket policy": func() error {
			_, err := c.GetBucketPolicy(ctx, bucket)
			return err
		},
		"open the bucket to all": func() error {
			return c.PutBucketPolicy(ctx, bucket, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":["s3:GetObject"],"Resource":["arn:aws:s3:::`+bucket+`/*"]}]}`)
		},
		"remove the bucket policy": func() error { return c.SetBucketPolicy(ctx, bucket, "") },
		"set versioning":           func() error { return c.EnableVersioning(ctx, bucket) },
		"remove the bucket": func() error {
			return c.RemoveBucketWithOptions(ctx, bucket, minio.RemoveBucketOptions{ForceDelete: true})
		},
		"make a bucket": func() error { return c.MakeBucket(ctx, "iso-bobs", minio.MakeBucketOptions{}) },
		"see the bucket's events": func() error {
			n := c.ListenBucketNotification(ctx, bucket, "", "", []string{"s3:ObjectCreated:*"})
			return (<-n).Err
		},
	}
	for what, try := range attempts {
		if err := try(); minio.ToErrorResponse(err).Code != minio.AccessDenied {
			t.Errorf("bob may %s: %v", what, err)
		}
	}

	admin := madminOf(t, bob)
	for what, try := range map[string]func() error{
		"change his secret": func() error { return admin.SetUser(ctx, "iso-bob", "chosen-by-bob", madmin.AccountEnabled) },
		"give himself rights": func() error {
			return admin.SetUserReq(ctx, "iso-bob", madmin.AddOrUpdateUserReq{SecretKey: "chosen-by-bob", Policy: "consoleAdmin", Status: madmin.AccountEnabled})
		},
		"change her secret": func() error { return admin.SetUser(ctx, "iso-ana", "chosen-by-bob", madmin.AccountEnabled) },
		"make a user":       func() error { return admin.AddUser(ctx, "iso-eve", "chosen-by-bob") },
		"make a key":        func() error { _, err := admin.AddServiceAccount(ctx, madmin.AddServiceAccountReq{}); return err },
		"make a key of hers": func() error {
			_, err := admin.AddServiceAccount(ctx, madmin.AddServiceAccountReq{TargetUser: "iso-ana"})
			return err
		},
		"change the policy": func() error {
			return admin.AddCannedPolicy(ctx, "sheetmill-analyst-"+bucket, []byte(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["s3:*"],"Resource":["arn:aws:s3:::*"]}]}`))
		},
		"list users": func() error { _, err := admin.ListUsers(ctx); return err },
	} {
		if err := try(); madmin.ToErrorResponse(err).Code != minio.AccessDenied {
			t.Errorf("bob may %s: %v", what, err)
		}
	}

	// A link is signed without asking the server, and refused when it is used.
	link, err := c.PresignedGetObject(ctx, bucket, key, time.Hour, nil)
	if err != nil {
		t.Fatal(err)
	}
	if status := get(t, link.String()); status != http.StatusForbidden {
		t.Errorf("bob's link to ana's object: %d", status)
	}

	// The same through the store, where its own answers are faults.
	his := scoped(t, bob)
	if _, err := his.Open(ctx, key); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("Open: %v", err)
	}
	if err := his.Remove(ctx, key); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("Remove: %v", err)
	}
	for _, data := range [][]byte{[]byte("small"), big} {
		w, err := his.Create(ctx)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = w.Write(data)
		if _, err := w.Commit(ctx, theirs); !fault.Is(err, fault.NotAllowed) {
			t.Errorf("Commit of %d bytes: %v", len(data), err)
		}
	}
	for _, err := range his.List(ctx, "owner/iso-ana/") {
		if !fault.Is(err, fault.NotAllowed) {
			t.Errorf("List: %v", err)
		}
	}
	wide := config(t, bob)
	if _, err := s3.Open(ctx, wide); !fault.Is(err, fault.NotAllowed) {
		t.Errorf("the whole bucket opens to bob: %v", err)
	}

	// What is his passes, and hers is as it was.
	put(t, his, "owner/iso-bob/large", big)
	if !bytes.Equal(read(t, his, "owner/iso-bob/large"), big) {
		t.Error("bob's own object came back changed")
	}
	keys := func(s *s3.Store, prefix string) (all []string) {
		for info, err := range s.List(context.WithoutCancel(ctx), prefix) {
			if err != nil {
				t.Errorf("List: %v", err)
			}
			all = append(all, info.Key)
		}
		return all
	}
	for _, prefix := range []string{"", "owner/", "owner/iso-bob/"} {
		if got := keys(his, prefix); !slices.Equal(got, []string{own, "owner/iso-bob/large"}) {
			t.Errorf("below %q bob sees %v", prefix, got)
		}
	}
	if n, err := his.SweepUnfinished(ctx, false); n != 0 || err != nil {
		t.Errorf("bob's sweep: %d, %v", n, err)
	}
	if err := his.Remove(ctx, "owner/iso-bob/large"); err != nil {
		t.Error(err)
	}
	if _, err := his.Stat(ctx, "owner/iso-bob/none"); !fault.Is(err, fault.NotFound) {
		t.Errorf("a missing object of his own: %v", err)
	}
	if after, err := hers.Stat(ctx, key); err != nil || after != before || string(read(t, hers, key)) != "ana's" {
		t.Errorf("ana's object became %+v, %v", after, err)
	}
	if got := keys(hers, ""); !slices.Equal(got, []string{key, "owner/iso-ana/large"}) {
		t.Errorf("ana has %v", got)
	}
	if parts, err := root.ListObjectParts(ctx, bucket, "owner/iso-ana/parts", upload, 0, 10); err != nil || len(parts.ObjectParts) != 0 {
		t.Errorf("ana's upload has %d parts, %v", len(parts.ObjectParts), err)
	}
}
