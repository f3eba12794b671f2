/** `1.5 GB`: decimal units, three digits. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1000;
    unit++;
  }
  return `${unit === 0 ? value : formatNumber(value)} ${units[unit]}`;
}

/** Three significant digits, whole above 100. */
export function formatNumber(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  if (Math.abs(value) >= 100) return String(Math.round(value));
  return String(Number(value.toPrecision(3)));
}

/** `0:07`, `12:34`, `3:25:45`. */
export function formatDuration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [h, m, s] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const two = (value: number) => String(value).padStart(2, '0');
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}

/** A share as a percentage with one digit. */
export function formatShare(share: number): string {
  return `${(100 * share).toFixed(1)} %`;
}

/** A count with thin separators, `4,987,136`. */
export function formatCount(value: number): string {
  return value.toLocaleString('en-US');
}

/** A figure that is no share, such as a correlation: three decimals. */
export function formatFigure(value: number): string {
  return value.toFixed(3);
}
