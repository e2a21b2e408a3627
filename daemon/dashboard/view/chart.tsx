import type { VNode } from 'preact'
import { type Plot, areaPath, linePath, niceTop, placeOf } from './chart-scale.js'
import { Rows, numbers } from './rows.js'

/** Values over time: the same number of each. */
export interface Series {
  readonly name: string
  readonly values: readonly (number | null)[]
}

export interface ChartProps {
  readonly id: string
  readonly title: string
  readonly series: readonly Series[]
  /** When each column begins, ISO times. */
  readonly times: readonly string[]
  /** A value as text, with its unit. */
  readonly show: (value: number) => string
}

const WIDTH = 500
const HEIGHT = 170
const plot: Plot = { left: 52, top: 10, width: WIDTH - 60, height: HEIGHT - 34 }

/** Lines over time, with a table of the same for those who do not see them. */
export function Chart({ id, title, series, times, show }: ChartProps): VNode {
  const known = series.flatMap(({ values }) => values.filter((value) => value !== null))
  const top = niceTop(Math.max(0, ...known))
  return (
    <section class="panel chart" aria-labelledby={`${id}-title`}>
      <h3 id={`${id}-title`}>{title}</h3>
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="img" aria-labelledby={`${id}-title`} aria-describedby={`${id}-now`}>
        {[0, 0.5, 1].map((part) => (
          <Line value={top * part} text={show(top * part)} top={top} />
        ))}
        <Hours times={times} />
        {series.map(({ values }, i) => (
          <g>
            <path class={`area series-${i}`} d={areaPath(values, top, plot)} />
            <path class={`line series-${i}`} d={linePath(values, top, plot)} />
          </g>
        ))}
        <Columns series={series} times={times} show={show} />
      </svg>
      <ul class="legend" id={`${id}-now`}>
        {series.map(({ name, values }, i) => (
          <li>
            <span class={`swatch series-${i}`} />
            {name}: {textOf(values.at(-1) ?? null, show)}
          </li>
        ))}
      </ul>
      <details class="numbers" id={`${id}-numbers`}>
        <summary>Numbers</summary>
        <Numbers title={title} series={series} times={times} show={show} />
      </details>
    </section>
  )
}

function Line({ value, text, top }: { readonly value: number; readonly text: string; readonly top: number }): VNode {
  const [, y] = placeOf(0, value, 2, top, plot)
  return (
    <g>
      <line class="grid-line" x1={plot.left} x2={plot.left + plot.width} y1={y} y2={y} />
      <text class="axis" x={plot.left - 6} y={y + 4} text-anchor="end">
        {text}
      </text>
    </g>
  )
}

function Hours({ times }: { readonly times: readonly string[] }): VNode {
  const at = [0, Math.floor((times.length - 1) / 2), times.length - 1]
  const anchors = ['start', 'middle', 'end'] as const
  return (
    <g>
      {at.map((index, i) => (
        <text class="axis" x={plot.left + (plot.width * i) / 2} y={HEIGHT - 6} text-anchor={anchors[i]}>
          {hourOf(times[index])}
        </text>
      ))}
    </g>
  )
}

/** Pointed at, a column tells its numbers. */
function Columns({ series, times, show }: Pick<ChartProps, 'series' | 'times' | 'show'>): VNode {
  const width = plot.width / Math.max(1, times.length - 1)
  return (
    <g>
      {times.map((time, i) => (
        <rect class="point" x={plot.left + width * (i - 0.5)} y={plot.top} width={width} height={plot.height}>
          <title>{`${hourOf(time)} UTC\n${series.map(({ name, values }) => `${name}: ${textOf(values[i] ?? null, show)}`).join('\n')}`}</title>
        </rect>
      ))}
    </g>
  )
}

function Numbers({ title, series, times, show }: Pick<ChartProps, 'title' | 'series' | 'times' | 'show'>): VNode {
  return (
    <Rows label={`${title}: numbers`} heads={['from (UTC)', ...series.map(({ name }) => numbers(name))]}>
      {times
        .map((time, i) => (
          <tr>
            <th scope="row">{hourOf(time)}</th>
            {series.map(({ values }) => (
              <td class="number">{textOf(values[i] ?? null, show)}</td>
            ))}
          </tr>
        ))
        .reverse()}
    </Rows>
  )
}

function textOf(value: number | null, show: ChartProps['show']): string {
  return value === null ? '–' : show(value)
}

function hourOf(iso: string | undefined): string {
  return iso === undefined ? '' : iso.slice(11, 16)
}
