import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api'
import { InMemorySpanExporter, NodeTracerProvider, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-node'
import t from 'tap'
import { Job, Queue } from '../../src/index.js'
import { runQueued } from '../../src/testing.js'
import { telemetry } from '../../src/tracing.js'
import { fixtureTasks } from '../helpers/daemon.js'
import { startRedis } from '../helpers/redis.js'

const redis = await startRedis(t)
const { client } = redis
const queue = new Queue('mail', { connection: client, taskPaths: [fixtureTasks] })
const exporter = new InMemorySpanExporter()

void t.test('C11: where nobody traces, nothing is loaded and nothing is written', async (t) => {
  t.equal(telemetry(), undefined)
  const job = await queue.enqueue('arithmetic.add', 1, 2)
  t.equal(await client.hexists(`rq:job:${job.id}`, 'meta'), 0)
})

void t.test('with a tracer', async (t) => {
  const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] })
  provider.register()
  t.teardown(() => {
    trace.disable()
    propagation.disable()
    context.disable()
  })
  t.beforeEach(async () => {
    await client.flushall()
    exporter.reset()
  })
  const spans = () => exporter.getFinishedSpans()

  t.test('C11: the span of the caller goes on through the enqueueing to the run', async (t) => {
    const id = await trace.getTracer('app').startActiveSpan('request', async (span) => {
      const job = await queue.with({ meta: { mine: 1 } }).enqueue('arithmetic.add', 1, 2)
      span.end()
      return job.id
    })
    t.match((await Job.fetch(id, { connection: client })).meta, { mine: 1, traceparent: /^00-[0-9a-f]{32}-/ })
    await runQueued(queue)
    const [enqueued, request, ran] = spans()
    t.match(enqueued, {
      name: 'enqueue mail',
      kind: SpanKind.PRODUCER,
      attributes: {
        'messaging.system': 'rq',
        'messaging.destination.name': 'mail',
        'messaging.operation.type': 'send',
      },
    })
    t.match(ran, {
      name: 'run mail',
      kind: SpanKind.CONSUMER,
      attributes: { 'messaging.operation.type': 'process', 'messaging.message.id': id },
      status: { code: SpanStatusCode.UNSET },
    })
    t.equal(enqueued?.parentSpanContext?.spanId, request?.spanContext().spanId)
    t.equal(ran?.parentSpanContext?.spanId, enqueued?.spanContext().spanId)
    t.equal(ran?.spanContext().traceId, request?.spanContext().traceId)
  })

  t.test('C11: a run that fails ends its span with the error', async (t) => {
    await queue.enqueue('thrower.fail', 'x')
    await runQueued(queue)
    const ran = spans().find(({ name }) => name === 'run mail')
    t.match(ran?.status, { code: SpanStatusCode.ERROR, message: 'x' })
    t.match(ran?.events[0]?.attributes, { 'exception.type': 'ShopClosed', 'exception.stacktrace': /thrower\.mjs/ })
  })

  t.test('many jobs have one span, which all of them carry on', async (t) => {
    const jobs = await queue.enqueueMany([queue.prepare('arithmetic.add', 1, 2), queue.prepare('arithmetic.add', 3, 4)])
    t.match(spans(), [{ name: 'enqueue mail', attributes: { 'messaging.batch.message_count': 2 } }])
    await runQueued(queue)
    const parents = spans().map(({ parentSpanContext }) => parentSpanContext?.spanId)
    const [enqueued] = spans()
    t.same(parents, [undefined, enqueued?.spanContext().spanId, enqueued?.spanContext().spanId])
    t.equal(jobs.length, 2)
  })

  t.test('an enqueueing that is refused ends its span with the error', async (t) => {
    await t.rejects(queue.with({ jobId: 'not an id' }).enqueue('arithmetic.add'), { code: 'RQD_BAD_OPTION' })
    t.match(spans(), [{ name: 'enqueue mail', status: { code: SpanStatusCode.ERROR, message: /jobId/ } }])
  })

  t.test('a job whose meta tells nothing of a trace, or cannot be read, begins one of its own', async (t) => {
    for (const meta of ['{"traceparent": "nonsense", "n": 1}', '[1]']) {
      const { id } = await queue.enqueue('arithmetic.add', 1, 2)
      await client.hset(`rq:job:${id}`, 'meta', meta)
      await runQueued(queue)
      t.equal((await Job.fetch(id, { connection: client }).catch(() => undefined))?.status ?? 'finished', 'finished')
      const ran = spans().at(-1)
      t.equal(ran?.name, 'run mail')
      t.equal(ran?.parentSpanContext, undefined, meta)
    }
  })
})
