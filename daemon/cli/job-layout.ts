/** `rqctl job` for people. */
import { systemClock } from '../../src/clock.js'
import type { JobDocument, ResultDocument } from '../data/job-document.js'
import type { Context } from './context.js'
import { colourOf } from './job-rows.js'
import { formatAge, formatBytes, formatCount, printable } from './output.js'

export const jobFields = [
  'id',
  'status',
  'queue',
  'func',
  'args',
  'kwargs',
  'serializer',
  'payloadBytes',
  'description',
  'createdAt',
  'enqueuedAt',
  'startedAt',
  'endedAt',
  'lastHeartbeat',
  'expiresAt',
  'worker',
  'timeoutSec',
  'resultTtlSec',
  'failureTtlSec',
  'ttlSec',
  'retriesLeft',
  'retryIntervalsSec',
  'numberOfRetries',
  'repeatsLeft',
  'repeatIntervalsSec',
  'deaths',
  'group',
  'dependsOn',
  'allowDependencyFailures',
  'dependents',
  'dependentCount',
  'callbacks',
  'webhooks',
  'meta',
  'result',
  'excInfo',
  'results',
  'places',
  'problems',
] as const satisfies (keyof JobDocument)[]

type Screen = Pick<Context, 'colours' | 'width'>

/** Lines of a traceback that are shown. */
const SOME_LINES = 12
const NAME_WIDTH = 14

/** @param whole tracebacks and output whole, of earlier runs too */
export function renderJob(job: JobDocument, screen: Screen, whole: boolean): string {
  const { colours } = screen
  const status = job.status ?? 'no status'
  const lines: string[] = [
    `${colours.bold(printable(job.id))}: ${colourOf(status, colours)(printable(status))}${job.queue === null ? '' : `, queue ${printable(job.queue)}`}`,
  ]
  const add = (name: string, value: string | null): void => {
    if (value !== null) lines.push(`  ${colours.dim(name.padEnd(NAME_WIDTH))}${value}`)
  }
  add('function', job.func === null ? null : printable(job.func))
  argumentsOf(job).forEach((text, i) => add(i === 0 ? 'arguments' : '', fit(text, screen)))
  add('description', job.func === null && job.description !== null ? fit(job.description, screen) : null)
  add('payload', payloadText(job))
  add('created', timeText(job.createdAt))
  add('enqueued', timeText(job.enqueuedAt))
  add('started', timeText(job.startedAt))
  add('ended', endedText(job))
  add('expires', job.expiresAt === null ? null : timeText(job.expiresAt))
  add('worker', job.worker === null ? null : printable(job.worker))
  add('limits', limitsText(job))
  add('retries', retriesText(job))
  add('repeats', job.repeatsLeft === null ? null : `${job.repeatsLeft} left`)
  add('deaths', job.deaths === 0 ? null : `has ended ${formatCount(job.deaths, 'executor')}`)
  add('group', job.group === null ? null : printable(job.group))
  add('depends on', listText(job.dependsOn, job.dependsOn.length))
  add('dependents', listText(job.dependents, job.dependentCount))
  add('callbacks', callbacksText(job))
  add('webhooks', job.webhooks === 0 ? null : String(job.webhooks))
  for (const { place, at, before } of job.places) {
    add(
      'is',
      `${place === 'queued' ? `on its queue${before === null ? '' : `, behind ${formatCount(before, 'job')}`}` : `among the ${place} jobs`}${at === null ? '' : `, ${placeTime(place)} ${printable(at)}`}`,
    )
  }
  add('meta', job.meta === null ? null : fit(JSON.stringify(job.meta), screen))
  add('result', resultText(job, screen))
  for (const problem of job.problems) add('problem', colours.red(printable(problem)))
  return [`${lines.join('\n')}\n`, ...runs(job, screen, whole)].join('\n')
}

function argumentsOf({ args, kwargs }: JobDocument): string[] {
  const positional = Array.isArray(args) ? args.map((arg) => JSON.stringify(arg)) : []
  const named =
    typeof kwargs === 'object' && kwargs !== null
      ? Object.entries(kwargs).map(([name, value]) => `${name}=${JSON.stringify(value)}`)
      : []
  return [...positional, ...named]
}

function payloadText({ serializer, payloadBytes }: JobDocument): string | null {
  return payloadBytes === 0 ? null : `${serializer ?? 'unreadable'}, ${formatBytes(payloadBytes)}`
}

function timeText(iso: string | null): string | null {
  if (iso === null) return null
  const agoSec = (systemClock.epochMs() - Date.parse(iso)) / 1000
  const distance = agoSec >= 0 ? `${formatAge(agoSec)} ago` : `in ${formatAge(-agoSec)}`
  return `${printable(iso)}  ${distance}`
}

function endedText({ startedAt, endedAt }: JobDocument): string | null {
  const text = timeText(endedAt)
  if (text === null || startedAt === null || endedAt === null) return text
  return `${text}, after ${formatAge((Date.parse(endedAt) - Date.parse(startedAt)) / 1000)}`
}

function limitsText({ timeoutSec, ttlSec, resultTtlSec, failureTtlSec }: JobDocument): string | null {
  const parts = [
    ['run', timeoutSec],
    ['wait', ttlSec],
    ['result kept', resultTtlSec],
    ['failure kept', failureTtlSec],
  ] as const
  const shown = parts.flatMap(([name, sec]) =>
    sec === null ? [] : [`${name} ${sec < 0 ? 'for ever' : formatAge(sec)}`],
  )
  return shown.length === 0 ? null : shown.join(', ').replace('run for ever', 'run without limit')
}

function retriesText({ retriesLeft, retryIntervalsSec }: JobDocument): string | null {
  if (retriesLeft === null) return null
  const after = (retryIntervalsSec ?? []).filter((sec) => sec > 0)
  return `${retriesLeft} left${after.length === 0 ? '' : `, after ${after.map(formatAge).join(', ')}`}`
}

function callbacksText({ callbacks }: JobDocument): string | null {
  const parts = Object.entries(callbacks).flatMap(([end, name]) =>
    name === null ? [] : [`${end}: ${printable(name)}`],
  )
  return parts.length === 0 ? null : parts.join(', ')
}

function listText(ids: readonly string[], count: number): string | null {
  if (count === 0) return null
  const rest = count > ids.length ? `, and ${count - ids.length} more` : ''
  return `${ids.map(printable).join(', ')}${rest}`
}

function placeTime(place: string): string {
  if (place === 'scheduled') return 'due'
  return place === 'failed' || place === 'finished' || place === 'started' ? 'until' : 'since'
}

function resultText({ results, result }: JobDocument, screen: Screen): string | null {
  if (results[0]?.type === 'successful' || result !== null) return fit(JSON.stringify(result), screen)
  return null
}

/** The runs that ended badly: the newest, or all. */
function runs(job: JobDocument, screen: Screen, whole: boolean): string[] {
  const bad = job.results.filter(({ type }) => type !== 'successful')
  const shown = whole ? bad : bad.slice(0, job.results[0]?.type === 'successful' ? 0 : 1)
  const texts = shown.map((run) => runText(run, screen, whole))
  if (job.results.length === 0 && job.excInfo !== null) texts.push(`${tracebackText(job.excInfo, screen, whole)}\n`)
  const left = bad.length - shown.length
  if (left > 0) texts.push(screen.colours.dim(`${formatCount(left, 'earlier failure')}: --traceback shows all\n`))
  return texts
}

function runText(run: ResultDocument, screen: Screen, whole: boolean): string {
  const { colours } = screen
  const parts = [run.type ?? 'unreadable', run.createdAt, run.worker === null ? null : `by ${run.worker}`]
  const head = parts.flatMap((part) => (part === null ? [] : [printable(part)])).join(', ')
  const lines = [colours.red(head)]
  if (run.problem !== null) lines.push(`  ${printable(run.problem)}`)
  if (run.excInfo !== null) lines.push(tracebackText(run.excInfo, screen, whole, run.certificate !== null))
  // A traceback of a job that was ended has the certificate and the output in it already.
  if (run.output.length > 0 && run.certificate === null) {
    const output = whole ? run.output : run.output.slice(-SOME_LINES)
    lines.push(colours.dim('  last output'), ...output.map((line) => `    ${fit(line, screen, 4)}`))
  }
  return `${lines.join('\n')}\n`
}

/** Whole, or where it says what happened: at the end in Python and with a certificate, at the beginning in JavaScript. */
function tracebackText(text: string, screen: Screen, whole: boolean, hasCertificate = false): string {
  const lines = text.trimEnd().split('\n')
  const left = lines.length - SOME_LINES - 1
  const note = `… ${left} lines: --traceback shows all`
  const cut =
    hasCertificate || text.startsWith('Traceback')
      ? [lines[0] ?? '', note, ...lines.slice(-SOME_LINES)]
      : [...lines.slice(0, SOME_LINES + 1), note]
  const shown = whole || left <= 1 ? lines : cut
  return shown.map((line) => `  ${whole ? printable(line) : fit(line, screen, 2)}`).join('\n')
}

/** Cut to the screen; whole in a pipe. */
function fit(text: string, { width }: Screen, indent = NAME_WIDTH + 2): string {
  const safe = printable(text)
  if (width === undefined) return safe
  const characters = Array.from(safe)
  const room = Math.max(20, width - indent)
  return characters.length <= room ? safe : `${characters.slice(0, room - 1).join('')}…`
}
