import t from 'tap'
import { packTexts } from '../../../src/redis/pack-texts.js'
import { PackedReader } from '../../../src/redis/packed.js'
import type { Claim } from '../../../src/redis/store.js'
import { holdJob } from '../../../src/worker/held-job.js'
import { plainFields } from '../../helpers/factory.js'

const claim = (fields: Record<string, string>): Claim => ({
  jobId: 'a',
  queue: 'q',
  execution: 'e',
  fields: new PackedReader(packTexts(Object.entries(fields).flat())).fields(),
})

void t.test('a claim with a readable hash is a held job', (t) => {
  const job = holdJob(claim({ ...plainFields('home'), timeout: '7' }), 'sup')
  t.match(job, { id: 'a', queue: 'q', origin: 'home', execution: 'e', supervisorId: 'sup', hash: { timeoutSec: 7 } })
  t.notOk('error' in job)
  t.end()
})

void t.test('a job that names no origin is filed under the queue that it came from', (t) => {
  t.equal(holdJob(claim({ data: '[]' }), 'sup').origin, 'q')
  t.equal(holdJob(claim({ data: '[]', origin: '' }), 'sup').origin, 'q')
  t.end()
})

void t.test('a job that cannot be read is held all the same, with the reason', (t) => {
  for (const [fields, field, message] of [
    [{ origin: 'home' }, 'data', /job "a" has no field "data": there is no call to run/],
    [{ ...plainFields('home'), timeout: '5m' }, 'timeout', /"5m"/],
    [{ ...plainFields('home'), status: 'odd' }, 'status', /"odd"/],
    [{ ...plainFields('home'), created_at: 'today' }, 'created_at', /"today"/],
  ] as const) {
    const job = holdJob(claim(fields), 'sup')
    t.match(job, { id: 'a', queue: 'q', origin: 'home', execution: 'e', supervisorId: 'sup' })
    t.match('error' in job && job.error, { code: 'RQD_MALFORMED_JOB', field, message })
    t.equal(job.hash.retriesLeft, undefined, 'nothing of the hash is believed')
  }
  t.end()
})
