// Documents for people, as tagged PDF (PDF/UA-1): what a screen reader reads stands in the structure tree in its order, with its language and title;
// what is only there for the eye (page numbers, the column heads of later pages, rules) is marked as an artifact.
import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';

const MARGIN = 40;
const FOOT = 60;
const SIZE = 8.5;
const SMALL = 7;
const ROW = 14;
/** Between the columns of a table, and from the margin to what a fact is. */
const GAP = 10;
const LABEL = 145;
const GREY = '#555555';
const HEADINGS = { 1: { size: 16, after: 30 }, 2: { size: 12, after: 20 } } as const;

/** A column of a table: how wide, and on which side its cells stand. */
export interface Column {
  readonly head: string;
  readonly width: number;
  readonly right?: boolean;
  /** Its cells go on in further lines where they are too long; in all other columns they are cut off. */
  readonly wraps?: boolean;
}

/** A word with the spaces after it; of one that might not fit into a line, a part. */
const WORD = /\S{1,60} *| +/g;

type Element = PDFKit.PDFStructureElement;

/** What the types of pdfkit do not know of yet: PDF/UA, and what a head of a table is the head of. */
const UNIVERSAL: string = 'PDF/UA';
const COLUMN_HEAD: StructureOptions & { readonly scope: string } = { scope: 'Column' };
type StructureOptions = PDFKit.Mixins.StructureElementOptions;

/** The fonts, which have to be in the file: of letters beyond Latin too. */
const fonts = { regular: fontFile('DejaVuSans.ttf'), bold: fontFile('DejaVuSans-Bold.ttf') };

function fontFile(name: string): () => Promise<Buffer> {
  let read: Promise<Buffer> | undefined;
  return () => {
    read ??= readFile(fileURLToPath(import.meta.resolve(`dejavu-fonts-ttf/ttf/${name}`)));
    return read;
  };
}

/** A document as it is written, from top to bottom. */
export interface Pages {
  heading(text: string, level?: 1 | 2): void;
  /** What something is called, and what it is. */
  fact(label: string, value: string): void;
  /** Lines, which are wrapped where they are too long: with what stands before them as spaces, on a further one too. */
  paragraph(text: string): void;
  table(columns: readonly Column[], rows: Iterable<readonly string[]>): void;
  /** Writes the foot of every page, and answers the file. */
  end(foot: string): Promise<Buffer>;
}

/** Begins a document. The same content and time make the same bytes. */
export async function openPages(title: string, time: Date): Promise<Pages> {
  const [regular, bold] = await Promise.all([fonts.regular(), fonts.bold()]);
  const doc = new PDFDocument({
    size: 'A4',
    margin: 0,
    bufferPages: true,
    pdfVersion: '1.7',
    subset: UNIVERSAL as PDFKit.Mixins.PDFSubsets,
    tagged: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, CreationDate: time, ModDate: time, Creator: 'corebank' },
  });
  doc.registerFont('regular', regular).registerFont('bold', bold);
  const written = buffer(doc);
  const root = doc.struct('Document');
  doc.addStructure(root);
  const sheet = sheetOf(doc);
  return {
    heading(text, level = 1) {
      const { size, after } = HEADINGS[level];
      if (level === 2) sheet.y += ROW / 2;
      sheet.room(after + ROW);
      sheet.tagged(root, `H${level}`, () => sheet.draw(text, MARGIN, { font: 'bold', size }));
      sheet.y += after;
    },
    fact(label, value) {
      sheet.room();
      sheet.tagged(root, 'P', () => {
        sheet.draw(`${label}: `, MARGIN, { font: 'bold' });
        sheet.draw(value, MARGIN + LABEL);
      });
      sheet.y += ROW;
    },
    paragraph(text) {
      const element = doc.struct('P');
      root.add(element);
      for (const line of wrapped(doc, text)) {
        sheet.room();
        sheet.marked(element, 'P', () => sheet.draw(line, MARGIN));
        sheet.y += ROW;
      }
      element.end();
    },
    table(columns, rows) {
      const table = doc.struct('Table');
      root.add(table);
      drawTable(sheet, table, columns, rows);
      table.end();
    },
    end(foot) {
      drawFeet(sheet, foot);
      root.end();
      doc.end();
      return written;
    },
  };
}

interface Style {
  readonly width?: number;
  readonly right?: boolean;
  readonly font?: 'regular' | 'bold';
  readonly size?: number;
}

/** Where is written: the page, and how far down. */
interface Sheet {
  readonly doc: PDFKit.PDFDocument;
  y: number;
  draw(text: string, x: number, style?: Style): void;
  /** Writes what is of the structure. */
  tagged(parent: Element, tag: string, write: () => void, options?: StructureOptions): void;
  /** Writes what is only for the eye. */
  artifact(type: 'Pagination' | 'Layout', write: () => void): void;
  /** Writes what is of an element of the structure that is there already. */
  marked(element: Element, tag: string, write: () => void): void;
  /** Goes to the next page where a row, or so much, does not fit any more; answers whether it did. */
  room(height?: number): boolean;
}

function sheetOf(doc: PDFKit.PDFDocument): Sheet {
  return {
    doc,
    y: MARGIN,
    draw(text, x, { width = Number.POSITIVE_INFINITY, right = false, font = 'regular', size = SIZE } = {}) {
      doc.font(font, size).fillColor(size < SIZE ? GREY : 'black');
      const shown = fitted(doc, text, width);
      doc.text(shown, right ? x + width - doc.widthOfString(shown) : x, this.y, { lineBreak: false });
    },
    tagged(parent, tag, write, options = {}) {
      const element = doc.struct(tag, options);
      parent.add(element);
      this.marked(element, tag, write);
      element.end();
    },
    marked(element, tag, write) {
      const content = doc.markStructureContent(tag);
      write();
      doc.endMarkedContent();
      element.add(content);
    },
    artifact(type, write) {
      doc.markContent('Artifact', { type });
      write();
      doc.endMarkedContent();
    },
    room(height = ROW) {
      if (this.y + height <= doc.page.height - FOOT) return false;
      doc.addPage();
      this.y = MARGIN;
      return true;
    },
  };
}

function drawTable(sheet: Sheet, table: Element, columns: readonly Column[], rows: Iterable<readonly string[]>): void {
  const { doc } = sheet;
  const heads = (write: (draw: () => void) => void) => {
    forEachCell(columns, ({ head, width, right = false }, x) =>
      write(() => sheet.draw(head, x, { width: width - GAP, right, font: 'bold' })),
    );
    sheet.artifact('Layout', () => {
      const line = sheet.y + ROW - 3;
      doc
        .moveTo(MARGIN, line)
        .lineTo(doc.page.width - MARGIN, line)
        .lineWidth(0.5)
        .strokeColor(GREY)
        .stroke();
    });
    sheet.y += ROW + 2;
  };
  const row = (write: (element: Element) => void) => {
    const element = doc.struct('TR');
    table.add(element);
    write(element);
    element.end();
  };
  sheet.y += ROW / 2;
  sheet.room();
  row((element) => heads((write) => sheet.tagged(element, 'TH', write, COLUMN_HEAD)));
  for (const texts of rows) {
    const cells = columns.map(({ wraps = false, width }, index) => {
      const text = texts[index] ?? '';
      return wraps ? wrapped(doc, text, width - GAP) : [text];
    });
    const height = ROW * Math.max(...cells.map((lines) => lines.length));
    if (sheet.room(height)) heads((write) => sheet.artifact('Pagination', write));
    row((element) =>
      forEachCell(columns, ({ width, right = false }, x, index) =>
        sheet.tagged(element, 'TD', () => {
          const top = sheet.y;
          for (const line of cells[index] ?? []) {
            sheet.draw(line, x, { width: width - GAP, right });
            sheet.y += ROW;
          }
          sheet.y = top;
        }),
      ),
    );
    sheet.y += height;
  }
  sheet.y += ROW / 2;
}

function forEachCell(columns: readonly Column[], write: (column: Column, x: number, index: number) => void): void {
  let x = MARGIN;
  for (const [index, column] of columns.entries()) {
    write(column, x, index);
    x += column.width;
  }
}

function drawFeet(sheet: Sheet, foot: string): void {
  const { doc } = sheet;
  const { start, count } = doc.bufferedPageRange();
  for (let index = 0; index < count; index += 1) {
    doc.switchToPage(start + index);
    sheet.y = doc.page.height - FOOT / 2;
    const width = doc.page.width - 2 * MARGIN;
    sheet.artifact('Pagination', () => {
      sheet.draw(foot, MARGIN, { size: SMALL });
      sheet.draw(`Page ${index + 1} of ${count}`, MARGIN, { width, right: true, size: SMALL });
    });
  }
}

/** The lines of a text, each of them no wider than a page, or than what is said: broken between words, and within one that is longer than a line. */
function wrapped(doc: PDFKit.PDFDocument, text: string, width = doc.page.width - 2 * MARGIN): string[] {
  doc.font('regular', SIZE);
  return text.split('\n').flatMap((whole) => {
    const indent = /^ */.exec(whole)?.[0] ?? '';
    const lines: string[] = [];
    let line = indent;
    const words = whole.slice(indent.length).match(WORD) ?? [];
    for (const word of words.flatMap((one) => pieces(doc, one, width))) {
      if (line !== indent && doc.widthOfString(line + word.trimEnd()) > width) {
        lines.push(line);
        line = indent;
      }
      line += word;
    }
    return [...lines, line];
  });
}

/** A word, in pieces where it is wider than a line. */
function pieces(doc: PDFKit.PDFDocument, word: string, width: number): string[] {
  if (doc.widthOfString(word.trimEnd()) <= width) return [word];
  const found: string[] = [];
  let piece = '';
  for (const letter of word) {
    if (piece !== '' && doc.widthOfString(piece + letter) > width) {
      found.push(piece);
      piece = '';
    }
    piece += letter;
  }
  return [...found, piece];
}

/** A text as far as it fits. */
function fitted(doc: PDFKit.PDFDocument, text: string, width: number): string {
  if (doc.widthOfString(text) <= width) return text;
  const letters = Array.from(text);
  while (letters.length > 0 && doc.widthOfString(`${letters.join('')}…`) > width) letters.pop();
  return `${letters.join('')}…`;
}
