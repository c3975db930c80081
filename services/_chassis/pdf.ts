// Documents for people: tagged PDF, so that a screen reader can read it out. Any writing of Latin, Greek or Cyrillic letters
// can stand in it.
import { fileURLToPath } from 'node:url';
import PDFDocument from 'pdfkit';

/** A document that is being written, from its top to its end. */
export interface PdfDocument {
  heading(level: 1 | 2, text: string): void;
  /** Lines that belong together; what stands before a line as spaces moves it in. */
  paragraph(text: string): void;
  /** The whole document. Nothing may be written afterwards. */
  end(): Promise<Buffer>;
}

const FONT = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf'));
const BOLD = fileURLToPath(import.meta.resolve('dejavu-fonts-ttf/ttf/DejaVuSans-Bold.ttf'));
const SIZES = { 1: 18, 2: 12 } as const;
const TEXT_SIZE = 8;
const MARGIN = 50;

/** Begins a document in English on A4. */
export function beginPdf({ title, time }: { readonly title: string; readonly time: Date }): PdfDocument {
  const pdf = new PDFDocument({
    size: 'A4',
    margin: MARGIN,
    pdfVersion: '1.7',
    // Its types do not know it yet.
    subset: 'PDF/UA' as never,
    tagged: true,
    lang: 'en',
    displayTitle: true,
    info: { Title: title, CreationDate: time, ModDate: time },
  });
  const chunks: Buffer[] = [];
  pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
  const done = new Promise<void>((resolve, reject) => pdf.on('end', resolve).on('error', reject));
  pdf.registerFont('text', FONT).registerFont('bold', BOLD);
  const root = pdf.struct('Document');
  pdf.addStructure(root);
  const write = (kind: 'H1' | 'H2' | 'P', font: 'text' | 'bold', size: number, text: string) => {
    root.add(
      pdf.struct(kind, {}, () => {
        pdf.font(font).fontSize(size).text(text, { indentAllLines: true });
        pdf.moveDown(0.5);
      }),
    );
  };
  return {
    heading: (level, text) => write(level === 1 ? 'H1' : 'H2', 'bold', SIZES[level], text),
    paragraph: (text) => write('P', 'text', TEXT_SIZE, text),
    async end() {
      root.end();
      pdf.end();
      await done;
      return Buffer.concat(chunks);
    },
  };
}
