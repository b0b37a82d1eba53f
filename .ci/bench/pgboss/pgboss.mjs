// Measures pg-boss on the database whose address is the first argument: how long
// from send() to the start of the work at its default poll, its shortest one, and
// with NOTIFY, and how many trivial jobs it does in a second. One line of JSON.
import { PgBoss } from 'pg-boss'

const boss = new PgBoss({ connectionString: process.argv[2], max: 16, supervise: false, schedule: false, useListenNotify: true })
boss.on('error', err => { console.error(err); process.exit(1) })
await boss.start()
const out = {}

async function latency (name, tries, options) {
  const queue = 'latency-' + name
  await boss.createQueue(queue, options.queue)
  let started
  await boss.work(queue, options.work, async () => started(performance.now()))
  const took = []
  for (let n = 0; n < tries; n++) {
    // Wherever in the poll the job comes.
    await new Promise(resolve => setTimeout(resolve, 40 + Math.random() * 1000 * (options.work.pollingIntervalSeconds ?? 2)))
    const begun = new Promise(resolve => { started = resolve })
    const began = performance.now()
    await boss.send(queue, {})
    took.push(await begun - began)
  }
  await boss.offWork(queue)
  took.sort((a, b) => a - b)
  const at = share => took[Math.max(0, Math.ceil(took.length * share) - 1)]
  out[name] = { p50: at(0.5), p95: at(0.95) }
}

await latency('default', 10, { work: {} })
await latency('half-second', 20, { work: { pollingIntervalSeconds: 0.5 } })
await latency('notify', 20, { queue: { notify: true }, work: { pollingIntervalSeconds: 0.5 } })

async function drain (name, jobs, batchSize, workers) {
  const queue = 'drain-' + batchSize
  await boss.createQueue(queue)
  for (let n = 0; n < jobs; n += 1000) {
    await boss.insert(queue, Array.from({ length: 1000 }, () => ({ data: {} })))
  }
  let done = 0
  const began = performance.now()
  await new Promise(resolve => {
    for (let w = 0; w < workers; w++) {
      boss.work(queue, { batchSize, pollingIntervalSeconds: 0.5, burstWhenBatchFull: true }, async batch => { if ((done += batch.length) >= jobs) resolve() })
    }
  })
  out['jobs/s ' + name] = jobs / (performance.now() - began) * 1000
}
if (process.argv[3] !== 'latency') {
  await drain('batched', 20000, 500, 4)
}
console.log(JSON.stringify(out))
process.exit(0)
