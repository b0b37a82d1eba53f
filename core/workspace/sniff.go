package workspace

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"os"

	"sheetmill/core/blob"
	"sheetmill/core/blob/dir"
	"sheetmill/core/pipeline"
	"sheetmill/core/sheet"
)

// Sniff looks a file over, whole, without adding it to any workspace: every
// table on every sheet with the types its columns would get. What it derives on
// the way lives in a temporary folder and goes with it.
func Sniff(ctx context.Context, file sheet.File, name string, o pipeline.Options, limits sheet.Limits) (_ pipeline.Survey, err error) {
	scratch, err := os.MkdirTemp("", "sheetmill-sniff-")
	if err != nil {
		return pipeline.Survey{}, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(scratch)) }()
	store, err := dir.Open(ctx, scratch)
	if err != nil {
		return pipeline.Survey{}, err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var hash [16]byte
	_, _ = rand.Read(hash[:]) // never fails, see crypto/rand
	args := pipeline.Args{FileName: name, FileHash: hex.EncodeToString(hash[:]), Owner: localOwner, Options: o}
	args.FileKey = pipeline.SourceKey(args.Owner, args.FileHash)
	return pipeline.Look(ctx, &withSource{Store: store, key: args.FileKey, file: file}, args, limits)
}

// withSource is a store in which one object is a file that lies elsewhere.
type withSource struct {
	blob.Store
	key  string
	file sheet.File
}

func (s *withSource) Open(ctx context.Context, key string) (blob.Object, error) {
	if key == s.key {
		return borrowed{s.file}, nil
	}
	return s.Store.Open(ctx, key)
}

// borrowed leaves the closing to its owner.
type borrowed struct{ sheet.File }

func (borrowed) Close() error { return nil }
