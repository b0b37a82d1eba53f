package s3

import "strings"

// The two kinds of users of a bucket. A policy's name carries the bucket's, for
// one server may hold the buckets of several workspaces.
const (
	analystPolicy = "sheetmill-analyst"
	serverPolicy  = "sheetmill-server"
)

func policyFor(kind, bucket string) string { return kind + "-" + bucket }

// The policies take from a user what MinIO gives to everyone who is not refused
// it: to change their own secret, and to make further keys for themselves, which a
// change of the secret would not end.
//
// One policy serves every analyst: MinIO itself puts in who asks. To list the
// uploads of a bucket cannot be limited to some keys, so it is not an analyst's.
const analystText = `{
	"Version": "2012-10-17",
	"Statement": [
		{
			"Effect": "Allow",
			"Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
			"Resource": ["arn:aws:s3:::BUCKET/owner/${aws:username}/*"]
		},
		{
			"Effect": "Allow",
			"Action": ["s3:ListBucket"],
			"Resource": ["arn:aws:s3:::BUCKET"],
			"Condition": {"StringLike": {"s3:prefix": ["owner/${aws:username}/*"]}}
		},
		{"Effect": "Deny", "Action": ["admin:*"], "Resource": ["arn:aws:s3:::*"]}
	]
}`

// A server may do everything with objects, and nothing with how the bucket is set up.
const serverText = `{
	"Version": "2012-10-17",
	"Statement": [
		{
			"Effect": "Allow",
			"Action": ["s3:GetObject", "s3:PutObject", "s3:DeleteObject", "s3:AbortMultipartUpload", "s3:ListMultipartUploadParts"],
			"Resource": ["arn:aws:s3:::BUCKET/*"]
		},
		{
			"Effect": "Allow",
			"Action": ["s3:ListBucket", "s3:ListBucketMultipartUploads", "s3:GetBucketLocation"],
			"Resource": ["arn:aws:s3:::BUCKET"]
		},
		{"Effect": "Deny", "Action": ["admin:*"], "Resource": ["arn:aws:s3:::*"]}
	]
}`

func policyText(text, bucket string) []byte {
	return []byte(strings.ReplaceAll(text, "BUCKET", bucket))
}
