package workspace

import "sheetmill/core/blob/s3"

type (
	// Bucket is a bucket of somebody else's, such as one that files are dropped into.
	Bucket = s3.Bucket
	// BucketFile is an object of a [Bucket].
	BucketFile = s3.File
	// PutOptions are conditions of writing one.
	PutOptions = s3.PutOptions
)

// DialBucket opens a bucket that is no workspace.
func DialBucket(o Objects) (*Bucket, error) { return s3.OpenBucket(o.config("", 0, "")) }
