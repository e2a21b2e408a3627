import type { VNode } from 'preact'
import type { DeathCertificate } from '../../../src/job/certificate.js'
import type { JobDocument, ResultDocument } from '../../data/job-document.js'
import { printable, printableOutput } from '../../printable.js'
import { Ago, Badge, Span } from './text.js'
import { ValueTree } from './value-tree.js'

/** Lines of output that are shown; a daemon keeps fewer, others may write what they like. */
const MOST_LINES = 500

/** Every end that Redis knows of, the newest first. */
export function Runs({ job, nowMs }: { readonly job: JobDocument; readonly nowMs: number }): VNode {
  const { results, result, excInfo } = job
  if (results.length > 0) {
    return (
      <>
        {results.map((run, i) => (
          <Run run={run} nowMs={nowMs} id={runId(run, results.length - i)} isNewest={i === 0} />
        ))}
      </>
    )
  }
  // Where RQ 1.11 and older kept them.
  if (excInfo !== null) return <Traceback text={excInfo} />
  if (result !== null) return <ValueTree value={result} label="returned" />
  return <p class="none">It has not ended yet.</p>
}

/** Stays the same when newer ones come. */
function runId({ executionId, createdAt }: ResultDocument, number: number): string {
  return `run-${executionId ?? createdAt ?? String(number)}`
}

function Run(props: {
  readonly run: ResultDocument
  readonly nowMs: number
  readonly id: string
  readonly isNewest: boolean
}): VNode {
  const { run, nowMs, id, isNewest } = props
  const { type, createdAt, endedAt, worker, problem, excInfo, certificate, output } = run
  return (
    <details class="run" id={id} open={isNewest}>
      <summary>
        <Badge state={type ?? 'unreadable'} /> <Ago iso={endedAt ?? createdAt} nowMs={nowMs} />
        {durationOf(run) === null ? null : (
          <>
            {' ran '}
            <Span sec={durationOf(run)} />
          </>
        )}
        {worker === null ? null : <span class="none"> by {printable(worker)}</span>}
      </summary>
      {problem === null ? null : <p class="note refused">{printable(problem)}</p>}
      <RunTimes run={run} nowMs={nowMs} />
      {type === 'successful' ? <ValueTree value={run.value} label="returned" /> : null}
      {certificate === null ? null : <Certificate certificate={certificate} />}
      {excInfo === null ? null : <Traceback text={excInfo} />}
      {output.length === 0 ? null : <Output lines={output} />}
    </details>
  )
}

function RunTimes({ run, nowMs }: { readonly run: ResultDocument; readonly nowMs: number }): VNode | null {
  const { startedAt, endedAt, executionId } = run
  if (startedAt === null && executionId === null) return null
  return (
    <dl class="facts">
      <dt>Started</dt>
      <dd>
        <Ago iso={startedAt} nowMs={nowMs} />
      </dd>
      <dt>Ended</dt>
      <dd>
        <Ago iso={endedAt} nowMs={nowMs} />
      </dd>
      {executionId === null ? null : (
        <>
          <dt>Execution</dt>
          <dd class="id">{printable(executionId)}</dd>
        </>
      )}
    </dl>
  )
}

function durationOf({ startedAt, endedAt }: ResultDocument): number | null {
  if (startedAt === null || endedAt === null) return null
  return Math.max(0, (Date.parse(endedAt) - Date.parse(startedAt)) / 1000)
}

/** How an executor ended that did not end by itself. Whoever writes to Redis can write anything here. */
function Certificate({ certificate }: { readonly certificate: DeathCertificate }): VNode {
  const { cause, signal, exitCode, pid, peakRssBytes, cpuSec, runSec } = certificate
  const facts: [string, string | null][] = [
    ['Cause', cause],
    ['Executor', `pid ${pid}, ${typeof signal === 'string' ? `killed by ${signal}` : `exit code ${exitCode ?? 0}`}`],
    ['Run time', seconds(runSec)],
    ['CPU time', seconds(cpuSec)],
    ['Peak RSS', typeof peakRssBytes === 'number' ? `${(peakRssBytes / 1024 / 1024).toFixed(1)} MiB` : null],
  ]
  return (
    <>
      <h3>Death certificate</h3>
      <dl class="facts certificate">
        {facts.map(([name, value]) =>
          value === null ? null : (
            <>
              <dt>{name}</dt>
              <dd>{printable(value)}</dd>
            </>
          ),
        )}
      </dl>
    </>
  )
}

function seconds(sec: unknown): string | null {
  return typeof sec === 'number' ? `${sec.toFixed(3)} s` : null
}

function Traceback({ text }: { readonly text: string }): VNode {
  return (
    <>
      <h3>Traceback</h3>
      <pre class="traceback" tabIndex={0}>
        {printableOutput(text)}
      </pre>
    </>
  )
}

function Output({ lines }: { readonly lines: readonly string[] }): VNode {
  const shown = lines.slice(-MOST_LINES)
  return (
    <>
      <h3>Last output</h3>
      <pre class="output" tabIndex={0}>
        {shown.map((line) => printableOutput(line)).join('\n')}
      </pre>
    </>
  )
}
