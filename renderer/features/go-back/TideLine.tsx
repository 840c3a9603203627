import { useEffect, useMemo, useRef, useState } from 'react';
import type { KeyboardEvent, PointerEvent } from 'react';
import type { Version } from '../../../shared/contract/versions.ts';
import { formatBytes } from '../../../shared/format/bytes.ts';
import { plural } from '../../../shared/format/plural.ts';
import { formatVersionTime } from '../../../shared/format/time.ts';
import { useByteUnits } from '../../lib/units.ts';
import { changeLevels, nearestVersion, tideScale, tideTicks, waterPath } from './tide-scale.ts';

export interface TideLineProps {
  readonly versions: readonly Version[];
  /** Index of the chosen version. */
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  /** Versions at which the folder on screen changed. */
  readonly marked: ReadonlySet<string>;
  readonly now: number;
}

const height = 56;

/** The density of change over time, and the chosen moment on it. A slider for the keyboard, a line for the eye. */
export function TideLine({ versions, chosen, onChoose, marked, now }: TideLineProps) {
  const units = useByteUnits();
  const frame = useRef<HTMLDivElement>(null);
  const width = useWidth(frame);
  const [hovered, setHovered] = useState<number | null>(null);
  const [dragging, setDragging] = useState(false);
  const times = useMemo(() => versions.map((version) => Date.parse(version.time)), [versions]);
  // The minute is exact enough for the right end, and keeps the drawing still.
  const minute = Math.ceil(now / 60_000) * 60_000;
  const scale = useMemo(() => tideScale(times, minute), [minute, times]);
  const levels = useMemo(() => changeLevels(versions.map((version) => version.bytesAdded)), [versions]);
  const water = useMemo(() => waterPath(scale, levels, width, height), [levels, scale, width]);
  const ticks = useMemo(() => tideTicks(times, scale, minute, 84 / Math.max(width, 1)), [minute, scale, times, width]);
  const describe = (index: number): string => {
    const version = versions[index];
    if (version === undefined) return '';
    const size = version.bytesAdded === null ? '' : `, ${formatBytes(version.bytesAdded, units)} new`;
    const files =
      version.filesChanged === null
        ? ''
        : `, ${plural(version.filesChanged + (version.filesNew ?? 0), 'file')} changed`;
    return `${formatVersionTime(version.time, now)}${size}${files}`;
  };
  const indexAt = (event: PointerEvent): number => {
    const box = frame.current?.getBoundingClientRect();
    return box === undefined ? -1 : nearestVersion(scale, (event.clientX - box.left) / box.width);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    const target = stepOf(event.key, chosen, versions.length);
    if (target === undefined) return;
    event.preventDefault();
    onChoose(target);
  };
  const x = (scale.places[chosen] ?? 1) * width;
  const shown = hovered ?? (dragging ? chosen : null);
  return (
    <div className="tide">
      <div
        ref={frame}
        className="tide-track"
        role="slider"
        tabIndex={0}
        aria-label="Version"
        aria-orientation="horizontal"
        aria-valuemin={1}
        aria-valuemax={versions.length}
        aria-valuenow={chosen + 1}
        aria-valuetext={describe(chosen)}
        onKeyDown={onKeyDown}
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          setDragging(true);
          onChoose(indexAt(event));
        }}
        onPointerMove={(event) => {
          const index = indexAt(event);
          setHovered(index);
          if (dragging && index !== chosen) onChoose(index);
        }}
        onPointerUp={() => setDragging(false)}
        onPointerLeave={() => setHovered(null)}
      >
        <svg width={width} height={height + 8} aria-hidden>
          <path d={water} className="tide-water" />
          <line x1={0} x2={width} y1={height} y2={height} className="tide-base" />
          {versions.map((version, index) => {
            const at = (scale.places[index] ?? 0) * width;
            const top = height - (levels[index] ?? 0) * (height - 12);
            return (
              <g key={version.id}>
                <line
                  x1={at}
                  x2={at}
                  y1={height}
                  y2={top}
                  className={`tide-mark${marked.has(version.id) ? ' tide-mark-here' : ''}`}
                />
              </g>
            );
          })}
          <line x1={width - 1} x2={width - 1} y1={4} y2={height + 4} className="tide-now" />
          <line x1={x} x2={x} y1={0} y2={height} className="tide-chosen" />
          <circle cx={x} cy={height} r={6} className="tide-dot" />
        </svg>
        {shown === null || shown < 0 ? null : (
          <span className="tide-tip figures" style={{ left: `clamp(0px, ${(scale.places[shown] ?? 0) * 100}%, 100%)` }}>
            {describe(shown)}
          </span>
        )}
      </div>
      <div className="tide-ticks muted" aria-hidden>
        {ticks.map((tick) => (
          <span key={tick.place} className="tide-tick" style={{ left: `${tick.place * 100}%` }}>
            {tick.label}
          </span>
        ))}
        <span className="tide-tick tide-tick-now">Now</span>
      </div>
    </div>
  );
}

function stepOf(key: string, chosen: number, count: number): number | undefined {
  const last = count - 1;
  switch (key) {
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(0, chosen - 1);
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(last, chosen + 1);
    case 'PageUp':
      return Math.max(0, chosen - 10);
    case 'PageDown':
      return Math.min(last, chosen + 10);
    case 'Home':
      return 0;
    case 'End':
      return last;
    default:
      return undefined;
  }
}

function useWidth(frame: { readonly current: HTMLElement | null }): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const observer = new ResizeObserver(() => setWidth(element.clientWidth));
    observer.observe(element);
    return () => observer.disconnect();
  }, [frame]);
  return width;
}
