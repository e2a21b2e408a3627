import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import t from 'tap'
import { createKeys } from '../../src/redis/keys.js'
import { projectRoot } from '../helpers/paths.js'

/** What docs/keys.md writes in place of a name, by the function of `Keys` and the position of the argument. */
const placeholders: Record<string, string[]> = {
  job: ['ID'],
  dependents: ['ID'],
  dependencies: ['ID'],
  results: ['ID'],
  executions: ['ID'],
  execution: ['ID', 'E'],
  worker: ['W'],
  workerExecutions: ['W'],
  workerCommands: ['W'],
  scheduler: ['NAME'],
  rateLimit: ['LIMIT'],
  rateLimitAllowed: ['LIMIT'],
  rateLimitWaiting: ['LIMIT'],
  group: ['G'],
  cronScheduler: ['NAME'],
  cronJobs: ['NAME'],
  cronEntry: ['NAME'],
  supervisor: ['S'],
  claims: ['S'],
  orders: ['S'],
  answer: ['N'],
  webhook: ['N'],
  history: ['HOUR'],
}

t.test('docs/keys.md lists every key', async (t) => {
  const text = await readFile(join(projectRoot, 'docs/keys.md'), 'utf8')
  for (const [name, value] of Object.entries(createKeys()) as [string, unknown][]) {
    if (['prefix', 'ownPrefix', 'queueName', 'workerName'].includes(name)) continue
    const make = value as string | ((...names: string[]) => string)
    const key = typeof make === 'string' ? make : make(...(placeholders[name] ?? ['Q']))
    t.ok(text.includes(`\`${key}\``), `${name}: ${key}`)
  }
})
