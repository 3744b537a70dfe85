package store

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"fmt"
)

// Buckets is how many buckets a digest has.
const Buckets = 256

// bucketVersion is the step of the schema that gave entries their bucket.
const bucketVersion = 6

// bucketOf is an entry's bucket of the digest: the first byte of the SHA-256 of its
// URI.
func bucketOf(uri string) int {
	sum := sha256.Sum256([]byte(uri))
	return int(sum[0])
}

// fillBuckets gives the entries that were there before the column their bucket.
func fillBuckets(ctx context.Context, tx *sql.Tx) error {
	const chunk = 5000
	for after := int64(0); ; {
		nums, last, err := bucketless(ctx, tx, after, chunk)
		if err != nil {
			return err
		}
		for b, part := range nums {
			var a args
			if _, err := tx.ExecContext(ctx, "UPDATE entry SET bucket = "+a.add(b)+" WHERE num IN "+list(&a, part), a...); err != nil {
				return err
			}
		}
		if last == after {
			return nil
		}
		after = last
	}
}

// bucketless reads the next entries by number and sorts them into buckets.
func bucketless(ctx context.Context, tx *sql.Tx, after int64, limit int) (nums map[int][]int64, last int64, err error) {
	rows, err := tx.QueryContext(ctx, "SELECT num, uri FROM entry WHERE num > $1 ORDER BY num"+limited("$2"), after, limit)
	if err != nil {
		return nil, 0, err
	}
	nums, last = map[int][]int64{}, after
	for rows.Next() {
		var uri string
		if err := rows.Scan(&last, &uri); err != nil {
			_ = rows.Close() // the first error says more
			return nil, 0, err
		}
		nums[bucketOf(uri)] = append(nums[bucketOf(uri)], last)
	}
	if err := rows.Close(); err != nil {
		return nil, 0, err
	}
	return nums, last, rows.Err()
}

// CatalogBucket is Catalog for one bucket of the digest.
func (r Reader) CatalogBucket(ctx context.Context, ownerURI string, bucket int, after int64, limit int) ([]CatalogRow, error) {
	if bucket < 0 || bucket >= Buckets {
		return nil, fmt.Errorf("catalog: there is no bucket %d", bucket)
	}
	return r.catalog(ctx, "AND bucket = $4", ownerURI, after, limit, bucket)
}
