// One session of the SDK for Go with an account that speaks the protocol of Cosmos DB.
//
// COSMOS_ENDPOINT and COSMOS_KEY name the account. Each step prints one line; the exit code is 1 when a step fails. The SDK has
// neither users, permissions nor scripts.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"reflect"
	"sort"
	"time"

	"github.com/Azure/azure-sdk-for-go/sdk/azcore"
	"github.com/Azure/azure-sdk-for-go/sdk/data/azcosmos"
)

const database = "go-session"

type item map[string]any

type session struct {
	client   *azcosmos.Client
	database *azcosmos.DatabaseClient
	items    *azcosmos.ContainerClient
}

var background = context.Background()

func main() {
	one := connect()
	steps := []struct {
		name string
		run  func()
	}{
		{"databases and containers", one.createContainers},
		{"items are created, read, replaced and deleted", one.writeItems},
		{"an id of any characters names its item", one.nameItems},
		{"an item is patched", one.patchItem},
		{"a batch is atomic", one.executeBatch},
		{"queries read several physical partitions", one.queryRanges},
		{"a query of one partition sorts and groups", one.queryPartition},
		{"many items are read at once", one.readMany},
		{"the change feed tells every change", one.readChangeFeed},
		{"an item expires", one.expireItem},
		{"a hierarchical key has prefixes", one.usePrefixes},
		{"what is deleted is gone", one.deleteAll},
	}
	failed := 0
	for _, step := range steps {
		if failure := attempt(step.run); failure != nil {
			failed++
			fmt.Printf("failed: %s\n%v\n", step.name, failure)
		} else {
			fmt.Printf("passed: %s\n", step.name)
		}
	}
	fmt.Printf("%d of %d steps passed\n", len(steps)-failed, len(steps))
	if failed > 0 {
		os.Exit(1)
	}
}

// attempt runs a step; one that fails does not keep the others from running.
func attempt(step func()) (failure any) {
	defer func() { failure = recover() }()
	step()
	return nil
}

func connect() *session {
	credential := must(azcosmos.NewKeyCredential(os.Getenv("COSMOS_KEY")))
	client := must(azcosmos.NewClientWithKey(os.Getenv("COSMOS_ENDPOINT"), credential, nil))
	return &session{client: client, database: must(client.NewDatabase(database))}
}

func (s *session) createContainers() {
	s.database.Delete(background, nil) // a session before this one may have left it
	must(s.client.CreateDatabase(background, azcosmos.DatabaseProperties{ID: database}, nil))
	timeToLive := int32(-1)
	s.items = s.createContainer(azcosmos.ContainerProperties{ID: "items", DefaultTimeToLive: &timeToLive}, 400)
	read := must(s.items.Read(background, nil))
	check(read.ContainerProperties.PartitionKeyDefinition.Paths, []string{"/pk"})
	throughput := must(s.items.ReadThroughput(background, nil))
	manual, _ := throughput.ThroughputProperties.ManualThroughput()
	check(manual, int32(400))
	names := s.database.NewQueryContainersPager("SELECT * FROM c WHERE c.id = 'items'", nil)
	check(len(must(names.NextPage(background)).Containers), 1)
	hour := int32(3600)
	read.ContainerProperties.DefaultTimeToLive = &hour
	replaced := must(s.items.Replace(background, *read.ContainerProperties, nil))
	check(*replaced.ContainerProperties.DefaultTimeToLive, hour)
}

func (s *session) createContainer(properties azcosmos.ContainerProperties, throughput int32) *azcosmos.ContainerClient {
	if properties.PartitionKeyDefinition.Paths == nil {
		properties.PartitionKeyDefinition.Paths = []string{"/pk"}
	}
	properties.PartitionKeyDefinition.Version = 2 // the SDK hashes keys of version 1 otherwise than the service
	manual := azcosmos.NewManualThroughputProperties(throughput)
	must(s.database.CreateContainer(background, properties, &azcosmos.CreateContainerOptions{ThroughputProperties: &manual}))
	return must(s.database.NewContainer(properties.ID))
}

func (s *session) writeItems() {
	key := azcosmos.NewPartitionKeyString("a")
	created := must(s.items.CreateItem(background, key, encode(item{"id": "1", "pk": "a", "n": 1}), nil))
	check(must(s.items.ReadItem(background, key, "1", nil)).ETag, created.ETag)
	_, err := s.items.CreateItem(background, key, encode(item{"id": "1", "pk": "a"}), nil)
	check(status(err), 409)
	must(s.items.ReplaceItem(background, key, "1", encode(item{"id": "1", "pk": "a", "n": 2}), nil))
	stale := azcosmos.ItemOptions{IfMatchEtag: &created.ETag}
	_, err = s.items.ReplaceItem(background, key, "1", encode(item{"id": "1", "pk": "a"}), &stale)
	check(status(err), 412)
	must(s.items.UpsertItem(background, key, encode(item{"id": "1", "pk": "a", "n": 3}), nil))
	check(decode(must(s.items.ReadItem(background, key, "1", nil)).Value)["n"], 3.0)
	must(s.items.DeleteItem(background, key, "1", nil))
	_, err = s.items.ReadItem(background, key, "1", nil)
	check(status(err), 404)
}

func (s *session) nameItems() {
	key := azcosmos.NewPartitionKeyString("ids")
	names := []string{"a b", "ü✓", "50%", "a+b", "a&b=c", "'q'"}
	for _, name := range names {
		must(s.items.CreateItem(background, key, encode(item{"id": name, "pk": "ids"}), nil))
		check(decode(must(s.items.ReadItem(background, key, name, nil)).Value)["id"], name)
	}
	check(len(query(s.items, "SELECT * FROM c", key, nil)), len(names))
}

func (s *session) patchItem() {
	key := azcosmos.NewPartitionKeyString("a")
	must(s.items.CreateItem(background, key, encode(item{"id": "p", "pk": "a", "n": 1, "list": []int{1}}), nil))
	operations := azcosmos.PatchOperations{}
	operations.AppendIncrement("/n", 4)
	operations.AppendAdd("/list/-", 2)
	operations.AppendSet("/s", "x")
	content := azcosmos.ItemOptions{EnableContentResponseOnWrite: true}
	patched := decode(must(s.items.PatchItem(background, key, "p", operations, &content)).Value)
	check(patched["n"], 5.0)
	check(patched["list"], []any{1.0, 2.0})
	operations.SetCondition("from c where c.n = 1")
	_, err := s.items.PatchItem(background, key, "p", operations, nil)
	check(status(err), 412)
}

func (s *session) executeBatch() {
	key := azcosmos.NewPartitionKeyString("b")
	batch := s.items.NewTransactionalBatch(key)
	batch.CreateItem(encode(item{"id": "b1", "pk": "b"}), nil)
	batch.UpsertItem(encode(item{"id": "b2", "pk": "b"}), nil)
	batch.ReadItem("b1", nil)
	increment := azcosmos.PatchOperations{}
	increment.AppendAdd("/n", 1)
	batch.PatchItem("b1", increment, nil)
	batch.ReplaceItem("b2", encode(item{"id": "b2", "pk": "b", "n": 2}), nil)
	batch.DeleteItem("b2", nil)
	response := must(s.items.ExecuteTransactionalBatch(background, batch, nil))
	check(statuses(response), []int32{201, 201, 200, 200, 200, 204})
	conflicting := s.items.NewTransactionalBatch(key)
	conflicting.CreateItem(encode(item{"id": "b3", "pk": "b"}), nil)
	conflicting.CreateItem(encode(item{"id": "b1", "pk": "b"}), nil)
	check(statuses(must(s.items.ExecuteTransactionalBatch(background, conflicting, nil))), []int32{424, 409})
	_, err := s.items.ReadItem(background, key, "b3", nil)
	check(status(err), 404)
}

func statuses(response azcosmos.TransactionalBatchResponse) []int32 {
	found := []int32{}
	for _, result := range response.OperationResults {
		found = append(found, result.StatusCode)
	}
	return found
}

// queryRanges queries through the gateway alone, which reads one physical partition after the other and merges nothing.
func (s *session) queryRanges() {
	wide := s.createContainer(azcosmos.ContainerProperties{ID: "wide"}, 24_000)
	check(len(must(wide.ReadFeedRanges(background, nil))) > 1, true)
	for number := range 60 {
		name := fmt.Sprintf("p%d", number%20)
		one := item{"id": fmt.Sprint(number), "pk": name, "n": number, "g": number % 3}
		must(wide.CreateItem(background, azcosmos.NewPartitionKeyString(name), encode(one), nil))
	}
	everywhere := azcosmos.NewPartitionKey()
	check(len(query(wide, "SELECT * FROM c", everywhere, &azcosmos.QueryOptions{PageSizeHint: 7})), 60)
	parameters := azcosmos.QueryOptions{QueryParameters: []azcosmos.QueryParameter{{Name: "@n", Value: 7}}}
	check(query(wide, "SELECT VALUE c.id FROM c WHERE c.n = @n", everywhere, &parameters), []any{"7"})
	page := wide.NewQueryItemsPager("SELECT VALUE c.n FROM c ORDER BY c.n", everywhere, nil)
	_, err := page.NextPage(background)
	check(status(err), 400) // the service leaves it to the client to merge
}

func (s *session) queryPartition() {
	wide := must(s.database.NewContainer("wide"))
	key := azcosmos.NewPartitionKeyString("p0")
	check(query(wide, "SELECT VALUE c.n FROM c ORDER BY c.n DESC", key, nil), []any{40.0, 20.0, 0.0})
	check(query(wide, "SELECT VALUE c.n FROM c ORDER BY c.n OFFSET 1 LIMIT 1", key, nil), []any{20.0})
	check(query(wide, "SELECT VALUE SUM(c.n) FROM c", key, nil), []any{60.0})
	groups := query(wide, "SELECT c.g, COUNT(1) AS count FROM c GROUP BY c.g", key, nil)
	found := []float64{}
	for _, group := range groups {
		found = append(found, group.(map[string]any)["g"].(float64))
	}
	sort.Float64s(found)
	check(found, []float64{0, 1, 2})
}

func (s *session) readMany() {
	wide := must(s.database.NewContainer("wide"))
	identities := []azcosmos.ItemIdentity{}
	for number := range 30 {
		key := azcosmos.NewPartitionKeyString(fmt.Sprintf("p%d", number%20))
		identities = append(identities, azcosmos.ItemIdentity{ID: fmt.Sprint(number), PartitionKey: key})
	}
	check(len(must(wide.ReadManyItems(background, identities, nil)).Items), 30)
}

func (s *session) readChangeFeed() {
	feed := s.createContainer(azcosmos.ContainerProperties{ID: "feed"}, 400)
	key := azcosmos.NewPartitionKeyString("f")
	for number := range 5 {
		must(feed.CreateItem(background, key, encode(item{"id": fmt.Sprint(number), "pk": "f"}), nil))
	}
	ranges := must(feed.ReadFeedRanges(background, nil))
	found, continuation := changes(feed, azcosmos.ChangeFeedOptions{FeedRange: &ranges[0], MaxItemCount: 2})
	check(found, []any{"0", "1", "2", "3", "4"})
	must(feed.UpsertItem(background, key, encode(item{"id": "2", "pk": "f", "again": true}), nil))
	found, _ = changes(feed, azcosmos.ChangeFeedOptions{Continuation: &continuation})
	check(found, []any{"2"})
}

// changes reads pages until one is empty.
func changes(feed *azcosmos.ContainerClient, options azcosmos.ChangeFeedOptions) (found []any, continuation string) {
	for {
		page := must(feed.ReadChangeFeed(background, &options))
		continuation = page.ContinuationToken
		if page.Count == 0 {
			return found, continuation
		}
		for _, text := range page.Items {
			found = append(found, decode(text)["id"])
		}
		options = azcosmos.ChangeFeedOptions{Continuation: &continuation, MaxItemCount: options.MaxItemCount}
	}
}

func (s *session) expireItem() {
	key := azcosmos.NewPartitionKeyString("ttl")
	must(s.items.CreateItem(background, key, encode(item{"id": "short", "pk": "ttl", "ttl": 1}), nil))
	for range 100 {
		if _, err := s.items.ReadItem(background, key, "short", nil); status(err) == 404 {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	panic("the item is still there")
}

func (s *session) usePrefixes() {
	definition := azcosmos.PartitionKeyDefinition{Paths: []string{"/tenant", "/user", "/session"}}
	levels := s.createContainer(azcosmos.ContainerProperties{ID: "levels", PartitionKeyDefinition: definition}, 400)
	for number := range 6 {
		tenant, user := fmt.Sprintf("t%d", number%2), fmt.Sprintf("u%d", number%3)
		key := azcosmos.NewPartitionKeyString(tenant).AppendString(user).AppendString("s")
		one := item{"id": fmt.Sprint(number), "tenant": tenant, "user": user, "session": "s"}
		must(levels.CreateItem(background, key, encode(one), nil))
	}
	whole := azcosmos.NewPartitionKeyString("t0").AppendString("u1").AppendString("s")
	check(decode(must(levels.ReadItem(background, whole, "4", nil)).Value)["user"], "u1")
	check(len(query(levels, "SELECT * FROM c", azcosmos.NewPartitionKeyString("t0"), nil)), 3)
	check(len(query(levels, "SELECT * FROM c", azcosmos.NewPartitionKeyString("t1").AppendString("u1"), nil)), 1)
	must(levels.DeleteItem(background, whole, "4", nil))
	check(len(query(levels, "SELECT * FROM c", azcosmos.NewPartitionKeyString("t0"), nil)), 2)
}

func (s *session) deleteAll() {
	must(s.database.Delete(background, nil))
	_, err := s.database.Read(background, nil)
	check(status(err), 404)
}

func query(container *azcosmos.ContainerClient, text string, key azcosmos.PartitionKey, options *azcosmos.QueryOptions) []any {
	found := []any{}
	pages := container.NewQueryItemsPager(text, key, options)
	for pages.More() {
		for _, encoded := range must(pages.NextPage(background)).Items {
			var value any
			must(0, json.Unmarshal(encoded, &value))
			found = append(found, value)
		}
	}
	return found
}

func encode(one item) []byte {
	return must(json.Marshal(one))
}

func decode(text []byte) item {
	var one item
	must(0, json.Unmarshal(text, &one))
	return one
}

// status is that of a failed request; 0 when it did not fail.
func status(err error) int {
	var response *azcore.ResponseError
	if errors.As(err, &response) {
		return response.StatusCode
	}
	return 0
}

func must[T any](value T, err error) T {
	if err != nil {
		panic(err)
	}
	return value
}

func check(actual any, expected any) {
	if !reflect.DeepEqual(actual, expected) {
		panic(fmt.Sprintf("expected %v, but it is %v", expected, actual))
	}
}
