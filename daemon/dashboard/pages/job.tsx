import type { VNode } from 'preact'
import { RqdError } from '../../../src/errors.js'
import type { Explanation } from '../../../src/explain/explanation.js'
import type { JobGraph } from '../../../src/fleet/job-graph.js'
import type { JobDocument } from '../../data/job-document.js'
import { printable } from '../../printable.js'
import { JobButtons } from '../view/job-buttons.js'
import { JobOptions, Places, Timeline } from '../view/job-facts.js'
import { JobGraphView } from '../view/job-graph.js'
import { Runs } from '../view/job-runs.js'
import { Badge, JobText, countText } from '../view/text.js'
import { ArgumentTree, ValueTree } from '../view/value-tree.js'
import { Verdicts } from '../view/verdicts.js'
import type { Page, PageContent, PageContext } from './page.js'

/** Everything about a job. */
export const jobPage: Page = async (context) => {
  const { data, query } = context
  const id = query.get('id') ?? ''
  if (id === '')
    throw new RqdError('RQD_BAD_OPTION', 'the address names no job; expected /job?id=…: look among the jobs')
  const explained = data.call('explain', { jobId: id })
  const read = Promise.all([data.call('job', { id }), data.call('job.graph', { id })])
  const [job, explanation] = await Promise.all([read.catch(unlessGone), explained])
  return job === undefined ? gone(id, explanation) : found(context, job[0], job[1], explanation)
}

function unlessGone(thrown: unknown): undefined {
  if (thrown instanceof RqdError && thrown.code === 'RQD_NO_SUCH_JOB') return undefined
  throw thrown
}

function gone(id: string, explanation: Explanation): PageContent {
  return {
    title: `Job ${printable(id)}`,
    section: 'Jobs',
    status: 404,
    body: (
      <>
        <header class="page-head">
          <h1>
            Job <span class="id">{printable(id)}</span>
          </h1>
          <Badge state="gone" />
        </header>
        <Verdicts verdicts={explanation.verdicts} />
      </>
    ),
  }
}

function found(context: PageContext, job: JobDocument, graph: JobGraph, explanation: Explanation): PageContent {
  const id = printable(job.id)
  return {
    title: `Job ${id}`,
    section: 'Jobs',
    body: (
      <>
        <Head context={context} job={job} />
        <div id="job-buttons" data-live>
          <JobButtons context={context} job={job} />
        </div>
        <div id="job-state" data-live>
          {job.problems.map((problem) => (
            <p class="note refused">{printable(problem)}</p>
          ))}
          <Verdicts verdicts={explanation.verdicts} />
          <Timeline job={job} nowMs={context.nowMs} />
        </div>
        <Call job={job} />
        <section class="panel" id="job-runs" data-live aria-labelledby="job-runs-title">
          <h2 id="job-runs-title">Attempts and results</h2>
          <Runs job={job} nowMs={context.nowMs} />
        </section>
        {graph.jobs.length > 1 || job.dependsOn.length > 0 ? (
          <section class="panel" id="job-graph" data-live aria-labelledby="job-graph-title">
            <h2 id="job-graph-title">Dependencies</h2>
            <JobGraphView graph={graph} jobId={job.id} links={context.links} />
          </section>
        ) : null}
        <div class="grid">
          <section class="panel" id="job-places" data-live aria-labelledby="job-places-title">
            <h2 id="job-places-title">Where it lies</h2>
            <Places job={job} nowMs={context.nowMs} />
          </section>
          <section class="panel" id="job-options" data-live aria-labelledby="job-options-title">
            <h2 id="job-options-title">Options</h2>
            <JobOptions job={job} />
          </section>
        </div>
      </>
    ),
  }
}

function Head({ context, job }: { readonly context: PageContext; readonly job: JobDocument }): VNode {
  const { links } = context
  return (
    <header class="page-head" id="job-head" data-live>
      <h1>
        Job <span class="id">{printable(job.id)}</span>
      </h1>
      <Badge state={job.status} />
      <p class="aside">
        {job.func === null ? <JobText text={job.description} most={160} /> : <JobText text={job.func} most={160} />}
        {job.queue === null ? null : (
          <>
            {' on queue '}
            <a href={links.jobs(job.queue)}>{printable(job.queue)}</a>
          </>
        )}
        {job.worker === null ? null : <> by {printable(job.worker)}</>}
      </p>
    </header>
  )
}

/** What is to be run. Nobody changes it once it is enqueued, but for `meta`. */
function Call({ job }: { readonly job: JobDocument }): VNode {
  const isKnown = job.args !== null || job.kwargs !== null
  return (
    <section class="panel" id="job-call" data-live aria-labelledby="job-call-title">
      <h2 id="job-call-title">Call</h2>
      <dl class="facts">
        <dt>Function</dt>
        <dd>{job.func === null ? <span class="none">cannot be read</span> : <code>{printable(job.func)}</code>}</dd>
        <dt>Description</dt>
        <dd>
          <JobText text={job.description} most={500} />
        </dd>
        <dt>Payload</dt>
        <dd>
          {job.payloadBytes === 0 ? 'none' : `${job.serializer ?? 'unreadable'}, ${countText(job.payloadBytes)} bytes`}
        </dd>
      </dl>
      <h3>Arguments</h3>
      {isKnown ? <ArgumentTree args={job.args} kwargs={job.kwargs} /> : <p class="none">cannot be read</p>}
      {job.meta === null ? null : (
        <>
          <h3>Meta</h3>
          <ValueTree value={job.meta} />
        </>
      )}
    </section>
  )
}
