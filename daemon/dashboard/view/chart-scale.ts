/** The rectangle in which a chart is drawn, in units of its view box. */
export interface Plot {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** The end of an axis that begins at 0: the next of 1, 2, 5 times a power of ten, so that half of it is round, too. */
export function niceTop(most: number): number {
  if (!(most > 0)) return 1
  const power = 10 ** Math.floor(Math.log10(most))
  const factor = [1, 2, 4, 5, 10].find((each) => each * power >= most) ?? 10
  return factor * power
}

/** A place in the plot. */
export function placeOf(
  index: number,
  value: number,
  count: number,
  top: number,
  plot: Plot,
): readonly [number, number] {
  const x = plot.left + (count <= 1 ? plot.width : (plot.width * index) / (count - 1))
  const y = plot.top + plot.height * (1 - Math.min(value, top) / top)
  return [round(x), round(y)]
}

/** An SVG path through values; where one is not known, the line is interrupted. */
export function linePath(values: readonly (number | null)[], top: number, plot: Plot): string {
  let isDrawing = false
  return values
    .map((value, i) => {
      if (value === null) {
        isDrawing = false
        return ''
      }
      const [x, y] = placeOf(i, value, values.length, top, plot)
      const step = `${isDrawing ? 'L' : 'M'}${x} ${y}`
      isDrawing = true
      // A single known value would have no length: it gets a dot's.
      return isGap(values[i - 1]) && isGap(values[i + 1]) ? `${step}h0.1` : step
    })
    .join('')
}

/** Not known, or beyond the ends. */
function isGap(value: number | null | undefined): boolean {
  return value === null || value === undefined
}

/** The area under a line, for each stretch of known values. */
export function areaPath(values: readonly (number | null)[], top: number, plot: Plot): string {
  const bottom = round(plot.top + plot.height)
  return stretches(values)
    .map(([from, to]) => {
      const points = values
        .slice(from, to + 1)
        .map((value, i) => placeOf(from + i, value ?? 0, values.length, top, plot))
      const [first] = points
      const last = points.at(-1)
      if (first === undefined || last === undefined) return ''
      return `M${first[0]} ${bottom}${points.map(([x, y]) => `L${x} ${y}`).join('')}L${last[0]} ${bottom}Z`
    })
    .join('')
}

function stretches(values: readonly (number | null)[]): (readonly [number, number])[] {
  const found: [number, number][] = []
  values.forEach((value, i) => {
    if (value === null) return
    const last = found.at(-1)
    if (last?.[1] === i - 1) last[1] = i
    else found.push([i, i])
  })
  return found
}

function round(value: number): number {
  return Math.round(value * 10) / 10
}
