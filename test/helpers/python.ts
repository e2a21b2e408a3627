import { existsSync } from 'node:fs'
import { runProgram, type Finished } from './daemon.js'
import type { TestRedis } from './redis.js'

/** Debian's Python, the one that its package python3-rq serves. */
export const pythonPath = '/usr/bin/python3'

/** Why tests against real Python RQ cannot run here; false where they can. In CI they always must. */
export const withoutPythonRq: string | false =
  process.env['CI'] === 'true' || existsSync('/usr/lib/python3/dist-packages/rq')
    ? false
    : 'Python RQ is not installed (apt-get install python3-rq)'

const preamble = `
import json, sys
from redis import Redis
from rq import Queue, Worker
from rq.job import Job
from rq.registry import FailedJobRegistry, FinishedJobRegistry, StartedJobRegistry
from rq.serializers import JSONSerializer
redis = Redis(unix_socket_path=sys.argv[1])
`

/** Run Python code with `redis` connected and RQ imported; it prints one JSON document, which is returned. */
export async function python<T>(redis: TestRedis, code: string): Promise<T> {
  const { code: exit, stdout, stderr } = await runProgram(pythonPath, ['-c', preamble + code, redis.socket])
  if (exit !== 0) throw new Error(`Python ended with ${exit}:\n${stderr}`)
  return JSON.parse(stdout) as T
}

/** Run RQ's own command line. */
export function rq(redis: TestRedis, args: readonly string[]): Promise<Finished> {
  const [command = '', ...rest] = args
  return runProgram(pythonPath, ['-m', 'rq.cli', command, '--url', redis.url, ...rest])
}
