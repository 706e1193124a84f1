package corpus

func (w *world) damage(b *book) {}
