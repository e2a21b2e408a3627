import type { VNode } from 'preact'
import type { JobGraph } from '../../../src/fleet/job-graph.js'
import { printable } from '../../printable.js'
import { layOutGraph, NODE_HEIGHT, NODE_WIDTH } from './graph-layout.js'
import type { Links } from './links.js'
import { Badge, JobText } from './text.js'

/** Characters that a box has room for. */
const MOST_IN_BOX = 26
const MOST_OF_ID = 12

type GraphJob = JobGraph['jobs'][number]

interface Props {
  readonly graph: JobGraph
  /** The job whose page it is. */
  readonly jobId: string
  readonly links: Links
}

/** What a job waits for and what waits for it: drawn, and as a list for those who do not see the drawing. */
export function JobGraphView({ graph, jobId, links }: Props): VNode {
  return (
    <>
      <div class="scroll graph" tabIndex={0} role="region" aria-label="Drawing of the dependencies">
        <Drawing graph={graph} jobId={jobId} links={links} />
      </div>
      <details class="graph-list">
        <summary>The same as a list</summary>
        <ul>
          {graph.jobs.map((job) => (
            <Item job={job} graph={graph} links={links} />
          ))}
        </ul>
      </details>
    </>
  )
}

function Drawing({ graph, jobId, links }: Props): VNode {
  const { width, height, nodes, edges } = layOutGraph(
    graph.jobs.map(({ id }) => id),
    graph.edges,
  )
  const jobs = new Map(graph.jobs.map((job) => [job.id, job]))
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`}>
      <title>
        Jobs from left to right: each waits for those on its left that a line leads from. Arrows count what is not
        drawn.
      </title>
      {edges.map(({ path }) => (
        <path class="edge" d={path} />
      ))}
      {nodes.map(({ id, x, y }) => {
        const job = jobs.get(id)
        return job === undefined ? null : <Box job={job} x={x} y={y} isSelf={id === jobId} links={links} />
      })}
    </svg>
  )
}

function Box(props: {
  readonly job: GraphJob
  readonly x: number
  readonly y: number
  readonly isSelf: boolean
  readonly links: Links
}): VNode {
  const { job, x, y, isSelf, links } = props
  const { id, moreParents, moreDependents } = job
  const state = stateOf(job)
  return (
    <a href={links.job(id)} class={isSelf ? 'self' : undefined} aria-current={isSelf ? 'page' : undefined}>
      <title>{`${printable(id)}: ${state}${job.description === null ? '' : `, ${printable(job.description)}`}`}</title>
      <rect class={`node ${/^[a-z-]{1,20}$/.test(state) ? state : 'unknown'}`} {...{ x, y }} {...box} />
      <text x={x + 10} y={y + 18}>
        {short(nameOf(job), MOST_IN_BOX)}
      </text>
      <text x={x + 10} y={y + 35} class="sub">
        {[short(id, MOST_OF_ID), state, ...moreOf(moreParents, '←'), ...moreOf(moreDependents, '→')].join(' · ')}
      </text>
    </a>
  )
}

const box = { width: NODE_WIDTH, height: NODE_HEIGHT, rx: 6 }

function Item({
  job,
  graph,
  links,
}: {
  readonly job: GraphJob
  readonly graph: JobGraph
  readonly links: Links
}): VNode {
  const parents = graph.edges.filter(({ to }) => to === job.id).map(({ from }) => printable(from))
  return (
    <li>
      <a href={links.job(job.id)} class="id">
        {printable(job.id)}
      </a>{' '}
      <Badge state={stateOf(job)} /> <JobText text={job.description} most={80} />
      {parents.length === 0 ? null : ` after ${parents.join(', ')}`}
      {job.moreParents === 0 ? null : `; waits for ${job.moreParents} more`}
      {job.moreDependents === 0 ? null : `; ${job.moreDependents} more wait for it`}
    </li>
  )
}

/** Jobs before or behind it that the drawing has no room for; the list says it in words. */
function moreOf(count: number, arrow: string): string[] {
  return count === 0 ? [] : [`${arrow}${count}`]
}

function stateOf({ status, gone }: GraphJob): string {
  return gone ? 'gone' : printable(status ?? 'unknown')
}

/** The function, as descriptions begin with it; else all of the description, or nothing but the id. */
function nameOf({ id, description }: GraphJob): string {
  return /^([^\s(]+)\(/.exec(description ?? '')?.[1] ?? description ?? id
}

function short(text: string, most: number): string {
  const characters = Array.from(printable(text))
  return characters.length <= most ? characters.join('') : `${characters.slice(0, most - 1).join('')}…`
}
