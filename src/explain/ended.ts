import { formatAge } from '../age-text.js'
import type { DeathCertificate } from '../job/certificate.js'
import type { Cause } from './causes.js'
import type { Fact, Verdict } from './explanation.js'
import type { FailureFacts, JobFacts } from './facts.js'
import { clip, command, fact, quote, spanFact, timeFact } from './words.js'

/** Longest headline of a traceback that is shown. */
const LONGEST_HEADLINE = 300

/** How a job that has finished did so. */
export function explainFinished({ stored, nowMs, resultsLeft }: JobFacts): Verdict {
  const { startedAtMs, endedAtMs, workerName } = stored.hash
  const tookSec = startedAtMs === undefined || endedAtMs === undefined ? null : (endedAtMs - startedAtMs) / 1000
  return {
    cause: 'finished',
    sentence: `It finished${endedAtMs === undefined ? '' : ` ${formatAge((nowMs - endedAtMs) / 1000)} ago`}${tookSec === null ? '' : `, after ${formatAge(tookSec)}`}.`,
    evidence: [
      timeFact('startedAt', startedAtMs, nowMs),
      timeFact('endedAt', endedAtMs, nowMs),
      spanFact('tookSec', tookSec),
      fact('worker', workerName ?? null),
      fact('results', resultsLeft),
      keptUntil(stored.expiresAtMs, nowMs),
    ],
    next: null,
  }
}

/** Who took a job out of everything. */
export function explainCanceled({ places, nowMs, runs, jobId }: JobFacts): Verdict {
  const atMs = places.canceled === undefined ? undefined : places.canceled * 1000
  const isRunning = runs.length > 0
  return {
    cause: 'canceled',
    sentence: isRunning
      ? 'It was canceled while it ran; its function goes on, and how it ends is written over that.'
      : 'It was canceled, and is not run.',
    evidence: [timeFact('canceledAt', atMs, nowMs), fact('isRunning', isRunning, isRunning ? 'yes' : 'no')],
    next: isRunning
      ? `end it too: ${command('rqctl', 'stop-job', jobId)}`
      : 'enqueue it anew if it is to run after all',
  }
}

/** Why a job failed, or was stopped. */
export function explainFailed({ jobId, stored, places, nowMs, failure, queue = '' }: JobFacts): Verdict {
  const { hash } = stored
  const headline = headlineOf(failure?.text ?? '')
  const cause = hash.status === 'stopped' ? 'stopped' : causeOf(failure)
  const isFiled = places.failed !== undefined
  const evidence: Fact[] = [
    timeFact('startedAt', hash.startedAtMs, nowMs),
    timeFact('endedAt', hash.endedAtMs ?? failure?.atMs, nowMs),
    fact('worker', failure?.worker === '' ? (hash.workerName ?? null) : (failure?.worker ?? hash.workerName ?? null)),
    fact('error', headline === '' ? null : headline, headline === '' ? 'none stored' : headline),
    fact('retriesLeft', hash.retriesLeft ?? 0),
    ...certificateFacts(failure?.certificate),
    ...deathsOf(stored.hash.extra),
    keptUntil(stored.expiresAtMs, nowMs),
  ]
  if (!isFiled) evidence.push(fact('isFiled', false, 'not among the failed jobs of its queue'))
  return {
    cause,
    sentence: sentenceOf(cause, headline, failure),
    evidence,
    next: nextFor(cause, jobId, queue, isFiled),
  }
}

/** What the texts of our daemon and of RQ say of the reason. */
function causeOf(failure: FailureFacts | undefined): Cause {
  if (failure === undefined) return 'failed'
  const { text, certificate } = failure
  if (certificate !== undefined) return certificate.cause === 'timeout' ? 'timed-out' : 'died'
  const known: readonly (readonly [RegExp, Cause])[] = [
    [/^rqd: MalformedJobError: job .* has no field "data"/, 'no-data'],
    [/^rqd: MalformedJobError: /, 'unreadable-field'],
    [/^PayloadError\b|rq\.exceptions\.DeserializationError/, 'undecodable'],
    [/^RqdError: no function |^RqdError: .* is no function name|, in import_attribute$/m, 'unknown-function'],
    [/^Moved to FailedJobRegistry|^Job was stuck in intermediate queue/, 'abandoned'],
    [/^Work-horse terminated unexpectedly/, 'died'],
    [/rq\.timeouts\.JobTimeoutException: /, 'timed-out'],
  ]
  return known.find(([pattern]) => pattern.test(text))?.[1] ?? 'failed'
}

function sentenceOf(cause: Cause, headline: string, failure: FailureFacts | undefined): string {
  switch (cause) {
    case 'stopped':
      return 'Somebody stopped it while it ran; RQ does not record who. It is not tried again.'
    case 'died':
      return `The process that ran it died (${failure?.certificate?.cause ?? 'its worker says no more'}): ${headline}`
    case 'timed-out':
      return 'It ran longer than its limit, and was ended.'
    case 'undecodable':
      return `The worker that took it could not decode its call: ${headline}`
    case 'no-data':
      return 'Its hash has no field "data", so there was no call to run.'
    case 'unreadable-field':
      return `A field of its hash could not be read: ${headline}`
    case 'unknown-function':
      return `The worker that took it does not have its function: ${headline}`
    case 'abandoned':
      return 'Its worker was gone in the middle of it, and nobody heard of it again.'
    default:
      return headline === '' ? 'It failed, and nothing is stored of why.' : `Its code threw: ${headline}`
  }
}

function nextFor(cause: Cause, jobId: string, queue: string, isFiled: boolean): string | null {
  if (cause === 'undecodable' || cause === 'unreadable-field' || cause === 'no-data')
    return 'enqueue it anew, with what the message asks for'
  if (!isFiled) return 'enqueue it anew: it is not among the failed jobs, so it cannot be requeued'
  const again = command('rqctl', 'requeue', '--queue', queue, jobId)
  if (cause === 'unknown-function') {
    return `name the folder of its module with --path, or serve the queue where it is; then ${again}`
  }
  if (cause === 'timed-out') return `raise its timeout when it is enqueued, or run it again: ${again}`
  return `run it again: ${again}`
}

function certificateFacts(certificate: Partial<DeathCertificate> | undefined): Fact[] {
  if (certificate === undefined) return []
  const { cause, signal, exitCode, pid, peakRssBytes, cpuSec, runSec, output } = certificate
  const facts = [fact('deathCause', cause ?? null)]
  if (typeof signal === 'string') facts.push(fact('signal', signal))
  else if (typeof exitCode === 'number') facts.push(fact('exitCode', exitCode))
  if (typeof pid === 'number') facts.push(fact('executorPid', pid))
  if (typeof runSec === 'number') facts.push(spanFact('runSec', runSec))
  if (typeof cpuSec === 'number') facts.push(spanFact('cpuSec', cpuSec))
  if (typeof peakRssBytes === 'number') {
    facts.push(fact('peakRssBytes', peakRssBytes, `${(peakRssBytes / 1024 / 1024).toFixed(1)} MiB`))
  }
  const last: unknown = Array.isArray(output) ? output.at(-1) : undefined
  if (typeof last === 'string') facts.push(fact('lastOutput', clip(last), quote(last)))
  return facts
}

/** Executors that the job has ended, where our daemon counted them. */
function deathsOf(extra: ReadonlyMap<string, Uint8Array>): Fact[] {
  const bytes = extra.get('rqd_deaths')
  const deaths = bytes === undefined ? NaN : Number(Buffer.from(bytes).toString())
  return Number.isSafeInteger(deaths) ? [fact('executorsEnded', deaths)] : []
}

function keptUntil(expiresAtMs: number | undefined, nowMs: number): Fact {
  return expiresAtMs === undefined ? fact('keptUntil', null, 'for ever') : timeFact('keptUntil', expiresAtMs, nowMs)
}

/** Python writes the error last, V8 first. */
function headlineOf(text: string): string {
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  const isPython = (lines[0] ?? '').startsWith('Traceback (most recent call last)')
  const line = isPython ? lines.filter((each) => each.trimStart() === each).at(-1) : lines[0]
  return clip((line ?? '').trim(), LONGEST_HEADLINE)
}
