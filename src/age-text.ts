/** An age or duration: `0.4s`, `12s`, `3m 12s`, `2h 05m`, `3d 4h`; `-` for null. */
export function formatAge(seconds: number | null): string {
  if (seconds === null) return '-'
  if (seconds < 1) return `${Math.max(0, seconds).toFixed(1)}s`
  const whole = Math.floor(seconds)
  if (whole < 60) return `${whole}s`
  if (whole < 3_600) return `${Math.floor(whole / 60)}m ${pad(whole % 60)}s`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)}h ${pad(Math.floor((whole % 3_600) / 60))}m`
  return `${Math.floor(whole / 86_400)}d ${Math.floor((whole % 86_400) / 3_600)}h`
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
