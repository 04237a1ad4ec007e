import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

const ROW_PX = 32;
/** Rows beyond the visible part, so that a scroll shows no gap. */
const BEYOND = 12;

interface VirtualListProps {
  readonly label: string;
  readonly count: number;
  /** Called with the rows that are shown, when they change. */
  readonly onRange?: (first: number, last: number) => void;
  readonly row: (index: number) => ComponentChildren;
}

/** A list of any length, of which only the rows that can be seen are in the document. j and k move between its links. */
export function VirtualList({ label, count, onRange, row }: VirtualListProps) {
  const box = useRef<HTMLDivElement>(null);
  const [view, setView] = useState({ top: 0, height: 600 });
  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    element.addEventListener('scroll', measure, { passive: true });
    return () => {
      observer.disconnect();
      element.removeEventListener('scroll', measure);
    };
  }, []);
  const first = Math.max(0, Math.floor(view.top / ROW_PX) - BEYOND);
  const last = Math.min(count, Math.ceil((view.top + view.height) / ROW_PX) + BEYOND);
  useEffect(() => onRange?.(first, last), [first, last]);
  const rows = Array.from({ length: Math.max(0, last - first) }, (_, index) => first + index);
  return (
    <div class="list" ref={box}>
      <ol aria-label={label} style={{ height: `${count * ROW_PX}px` }}>
        {rows.map((index) => (
          <li key={index} style={{ top: `${index * ROW_PX}px` }} aria-posinset={index + 1} aria-setsize={count}>
            {row(index)}
          </li>
        ))}
      </ol>
    </div>
  );
}
